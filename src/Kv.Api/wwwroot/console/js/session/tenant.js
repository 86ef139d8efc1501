// Which tenant the pages show.
import { html, useState } from '../lib/html.js';
import { usePlace, useApi } from './context.js';
import { Button, Field, Name } from '../ui/parts.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';

export function TenantButton() {
  const { tenant } = useApi();
  const [isOpen, open] = useState(false);
  return html`
    <button type="button" class="tenant-button" aria-haspopup="dialog" onClick=${() => open(true)}>
      <span class="visually-hidden">Tenant: </span>
      <${Name}>${tenant.namespace}<//><span class="muted" aria-hidden="true">/</span><${Name}>${tenant.app}<//>
      <${Icon} name="chevron" />
    </button>
    ${isOpen && html`<${TenantDialog} onClose=${() => open(false)} />`}`;
}

function TenantDialog({ onClose }) {
  const { tenant } = useApi();
  const place = usePlace();
  const [namespace, setNamespace] = useState(tenant.namespace);
  const [app, setApp] = useState(tenant.app);
  const choose = event => {
    event.preventDefault();
    place.changeTenant({ namespace, app });
    onClose();
  };
  return html`
    <${Dialog} title="Choose a tenant" onClose=${onClose}>
      <form onSubmit=${choose} class="stack">
        <div class="pair">
          <${Field} label="Namespace">${field => html`
            <input ...${field} required value=${namespace} onInput=${event => setNamespace(event.target.value)} />`}<//>
          <${Field} label="App">${field => html`
            <input ...${field} required value=${app} onInput=${event => setApp(event.target.value)} />`}<//>
        </div>
        <div class="actions"><${Button} kind="primary" type="submit">Show this tenant<//></div>
      </form>
    <//>`;
}
