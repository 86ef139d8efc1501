// Asks for a credential. It stays in this page's memory, and nowhere else.
import { html, useState } from '../lib/html.js';
import { Api, call } from '../lib/api.js';
import { useTask } from '../lib/load.js';
import { Button, CurlButton, Field, Problem } from '../ui/parts.js';
import { useApi } from './context.js';
import { tenants } from './tenant.js';

const whoami = call('GET', 'whoami', { hasNoTenant: true });

/** @param tenant the tenant that the address names; null when it names none. */
export function SignIn({ tenant, notice, onSignIn }) {
  const { settings } = useApi();
  const [credential, setCredential] = useState('');
  const [enter, { isRunning, error }] = useTask(async () => {
    const entered = credential.trim();
    const api = new Api(settings, null, entered);
    const [caller, { tenants: listed }] = await Promise.all([api.json(whoami), api.json(tenants())]);
    const hasDefault = listed.some(({ namespace, app_name }) => namespace === settings.default_namespace && app_name === settings.default_app_name);
    const first = listed[0];
    onSignIn(entered, caller, tenant ?? (first && !hasDefault ? { namespace: first.namespace, app: first.app_name } : null));
  });

  return html`
    <main class="sign-in">
      <form onSubmit=${event => { event.preventDefault(); enter(); }}>
        <h1>Kv</h1>
        <p class="muted">Enter an API key or a token. It is kept until you close or reload this page.</p>
        ${notice && html`<p class="problem" role="alert">${notice}</p>`}
        <${Field} label="API key or token">${field => html`
          <input ...${field} type="password" autocomplete="off" required autofocus data-focus value=${credential}
            onInput=${event => setCredential(event.target.value)} />`}<//>
        <${Problem} error=${error} />
        <div class="actions">
          <${CurlButton} request=${whoami} what="what the credential allows" />
          <${CurlButton} request=${() => tenants()} what="its tenants" /><span class="grow"></span>
          <${Button} kind="primary" type="submit" isBusy=${isRunning}>Continue<//>
        </div>
      </form>
    </main>`;
}
