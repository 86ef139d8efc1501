// Asks for a credential. It stays in this page's memory, and nowhere else.
import { html, useState } from '../lib/html.js';
import { Api, call } from '../lib/api.js';
import { useTask } from '../lib/load.js';
import { Button, Field, Problem } from '../ui/parts.js';

export function SignIn({ settings, tenant, notice, onSignIn }) {
  const [credential, setCredential] = useState('');
  const [namespace, setNamespace] = useState(tenant.namespace);
  const [app, setApp] = useState(tenant.app);

  const [enter, { isRunning, error }] = useTask(async () => {
    const api = new Api(settings, { namespace, app }, credential.trim());
    // Only 401 says that the credential is wrong; another refusal, that it may not do this.
    await api.send(call('GET', 'kv', { query: { fields: 'key', limit: 1 } }), { expected: [403] });
    onSignIn(credential.trim(), { namespace, app });
  });

  return html`
    <main class="sign-in">
      <form onSubmit=${event => { event.preventDefault(); enter(); }}>
        <h1>Kv</h1>
        <p class="muted">Enter an API key or a token. It is kept until you close or reload this page.</p>
        ${notice && html`<p class="problem" role="alert">${notice}</p>`}
        <${Field} label="API key or token">${field => html`
          <input ...${field} type="password" autocomplete="off" required autofocus value=${credential}
            onInput=${event => setCredential(event.target.value)} />`}<//>
        <div class="pair">
          <${Field} label="Namespace">${field => html`
            <input ...${field} value=${namespace} required onInput=${event => setNamespace(event.target.value)} />`}<//>
          <${Field} label="App">${field => html`
            <input ...${field} value=${app} required onInput=${event => setApp(event.target.value)} />`}<//>
        </div>
        <${Problem} error=${error} />
        <${Button} kind="primary" type="submit" isBusy=${isRunning}>Continue<//>
      </form>
    </main>`;
}
