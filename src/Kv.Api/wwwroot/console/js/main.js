import { html, render, useEffect, useMemo, useState } from './lib/html.js';
import { Api, base } from './lib/api.js';
import { go, hrefOf, useRoute } from './lib/route.js';
import { ApiContext, PlaceContext } from './session/context.js';
import { Scope, everything } from './session/scope.js';
import { SignIn } from './session/sign-in.js';
import { TenantButton } from './session/tenant.js';
import { Button, Empty, Name } from './ui/parts.js';
import { lazy } from './ui/lazy.js';
import { keepFocus } from './ui/focus.js';
import { Icon } from './ui/icons.js';
import { Toasts, dismissAll } from './ui/toasts.js';
import { KeysPage } from './keys/page.js';
import { endJobs } from './transfer/job.js';

const LivePage = lazy(async () => (await import('./live/page.js')).LivePage);
const WebhooksPage = lazy(async () => (await import('./webhooks/page.js')).WebhooksPage);
const TransferPage = lazy(async () => (await import('./transfer/page.js')).TransferPage);
const OverviewPage = lazy(async () => (await import('./overview/page.js')).OverviewPage);

const icon = new URL('../icon.svg', import.meta.url);

const pages = [
  { id: 'keys', title: 'Keys', icon: 'keys', Page: KeysPage, isFor: scope => ['read', 'write', 'delete'].some(verb => scope.reaches(verb)) },
  { id: 'live', title: 'Live', icon: 'live', Page: LivePage, isFor: scope => scope.reaches('read') },
  { id: 'webhooks', title: 'Webhooks', icon: 'webhooks', Page: WebhooksPage, isFor: scope => scope.reaches('webhooks') },
  {
    id: 'transfer', title: 'Import and export', short: 'Transfer', icon: 'transfer', Page: TransferPage,
    isFor: scope => scope.reaches('read') || scope.reaches('write'),
  },
  {
    id: 'overview', title: 'Overview', icon: 'overview', Page: OverviewPage, isFor: scope => scope.isAdmin,
    needs: 'It shows figures of all tenants, so it needs a credential for administrators.',
  },
];

function Console({ settings }) {
  const route = useRoute();
  const [credential, setCredential] = useState(null);
  const [caller, setCaller] = useState(everything);
  const [notice, setNotice] = useState(null);
  const namespace = route.parameters.namespace ?? settings.default_namespace;
  const app = route.parameters.app ?? settings.default_app_name;
  const leave = reason => {
    endJobs();
    // An undo would act with the credential of a person who has signed out.
    dismissAll();
    setCredential(null);
    setNotice(reason);
  };
  const api = useMemo(
    () => new Api(settings, { namespace, app }, credential, {
      scope: new Scope(caller, { namespace, app }), whenUnauthorized: () => leave('The credential was revoked or has expired.'),
    }),
    [namespace, app, credential]);
  const page = pages.find(({ id }) => id === route.page) ?? pages.find(({ isFor }) => isFor(api.scope)) ?? pages[0];
  const tenantOf = tenant => ({
    namespace: tenant.namespace === settings.default_namespace ? undefined : tenant.namespace,
    app: tenant.app === settings.default_app_name ? undefined : tenant.app,
  });
  const place = {
    page: page.id,
    parameters: route.parameters,
    href: (target, parameters) => hrefOf(target, { ...tenantOf(api.tenant), ...parameters }),
    go: (target, parameters, options) => go(target, { ...tenantOf(api.tenant), ...parameters }, options),
    changeTenant: tenant => go(page.id, tenantOf(tenant)),
  };

  useEffect(() => {
    document.title = `${page.title} \u00b7 ${namespace}/${app} \u00b7 Kv`;
  }, [page, namespace, app]);

  if (settings.asks_for_credential && credential === null) {
    const isNamed = route.parameters.namespace !== undefined || route.parameters.app !== undefined;
    return html`
      <${ApiContext.Provider} value=${api}>
        <${SignIn} tenant=${isNamed ? api.tenant : null} notice=${notice} onSignIn=${(entered, known, tenant) => {
          dismissAll();
          setNotice(null);
          setCaller(known);
          setCredential(entered);
          if (tenant) go(route.page, { ...route.parameters, ...tenantOf(tenant) });
        }} />
        <${Toasts} hasActions=${false} />
      <//>`;
  }
  return html`
    <${ApiContext.Provider} value=${api}>
      <${PlaceContext.Provider} value=${place}>
        <a class="skip" href="#main" onClick=${event => { event.preventDefault(); document.getElementById('main').focus(); }}>Skip to the page</a>
        <header class="top">
          <a class="brand" href=${place.href('keys')}><img src=${icon} alt="" width="22" height="22" /><span>Kv</span></a>
          <${TenantButton} />
          <span class="grow"></span>
          <a class="button quiet" href=${new URL('swagger', base).href}><${Icon} name="book" /><span class="wide-only">Swagger UI</span><span class="visually-hidden narrow-only">Swagger UI</span></a>
          ${credential !== null && html`<${Button} kind="quiet" icon="exit" label="Sign out" onClick=${() => leave(null)} />`}
        </header>
        <nav class="side" aria-label="Pages">
          ${pages.filter(({ id, isFor }) => isFor(api.scope) || id === page.id).map(({ id, title, short, icon }) => html`
            <a key=${id} href=${place.href(id)} aria-current=${id === page.id ? 'page' : undefined}>
              <${Icon} name=${icon} /><span class="wide-only">${title}</span><span class="narrow-only">${short ?? title}</span>
            </a>`)}
          <div class="version wide-only">${credential !== null && html`<${Allowed} scope=${api.scope} />`}<p>Kv ${settings.version}</p></div>
        </nav>
        <main id="main" class=${`page ${page.id}-page`} tabindex="-1">
          ${page.isFor(api.scope) ? html`<${page.Page} key=${`${namespace}/${app}/${credential}`} />` : html`
            <${Empty} title="This page is not for this credential">${page.needs ?? 'Choose another tenant above, or sign in with another credential.'}<//>`}
        </main>
        <${Toasts} />
      <//>
    <//>`;
}

function Allowed({ scope }) {
  const words = scope.isAdmin ? ['everything']
    : scope.grants.map(({ verbs, prefix }) => html`${verbs.join(', ')}${prefix && html` on <${Name}>${prefix}<//>`}`);
  return html`<p class="allowed">The credential allows ${words.length === 0 ? 'nothing here' : words.map((word, i) => html`${i > 0 && '; '}${word}`)}.</p>`;
}

const response = await fetch(new URL('console/settings.json', base));
if (!response.ok) throw new Error(`Kv answered ${response.status}.`);
const settings = await response.json();
const root = document.getElementById('app');
root.replaceChildren();
keepFocus();
render(html`<${Console} settings=${settings} />`, root);
