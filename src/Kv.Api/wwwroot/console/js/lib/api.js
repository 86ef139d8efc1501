// Calls of Kv's API. A call is a plain object, so that it can be sent and also be shown as curl.

// The page is at <base>/console/.
export const base = new URL('..', document.baseURI);

/** A call that Kv refused, or that did not reach it (status 0). */
export class ApiError extends Error {
  constructor(status, problem) {
    super(messageOf(status, problem));
    this.status = status;
    this.problem = problem;
    this.fields = problem?.errors ?? {};
  }
}

const messages = {
  0: 'Kv cannot be reached. Is it running, and is the network up?',
  401: 'The credential is missing, wrong, revoked or expired.',
  403: 'The credential does not allow this.',
};

function messageOf(status, problem) {
  const fields = Object.values(problem?.errors ?? {}).flat();
  return fields[0] ?? problem?.detail ?? problem?.error ?? messages[status] ?? `Kv answered ${status}.`;
}

/** A call: method and path, then query, headers and body where it has them. */
export const call = (method, path, { query, headers, json, body, hasNoTenant } = {}) => ({
  method,
  path: path + queryOf(query),
  headers: json === undefined ? { ...headers } : { 'Content-Type': 'application/json', ...headers },
  body: json === undefined ? body : JSON.stringify(json),
  hasNoTenant,
});

/** The path of a key, or of anything that the API names in a path. */
export const pathOf = (area, name) => `${area}/${encodeURIComponent(name)}`;

function queryOf(query = {}) {
  const named = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return named.length === 0 ? '' : `?${new URLSearchParams(named)}`;
}

/** What calls the API for one tenant and one credential. */
export class Api {
  /** @param scope what the credential allows in the tenant; the pages offer nothing else. */
  constructor(settings, tenant, credential, { scope, whenUnauthorized } = {}) {
    this.settings = settings;
    this.tenant = tenant;
    this.credential = credential;
    this.scope = scope;
    this.whenUnauthorized = whenUnauthorized;
  }

  tenantHeaders() {
    const { namespace_header, app_name_header } = this.settings;
    return { [namespace_header]: this.tenant.namespace, [app_name_header]: this.tenant.app };
  }

  headersOf(request) {
    return {
      ...(request.hasNoTenant ? {} : this.tenantHeaders()),
      ...(this.credential ? { Authorization: `Bearer ${this.credential}` } : {}),
      ...request.headers,
    };
  }

  urlOf(request) {
    return new URL(request.path, base);
  }

  /** Sends a call. Gives the response if its status is 2xx or among the expected ones, else throws an ApiError. */
  async send(request, { signal, expected = [] } = {}) {
    let response;
    try {
      response = await fetch(this.urlOf(request), {
        method: request.method, headers: this.headersOf(request), body: request.body, signal, cache: 'no-store',
      });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new ApiError(0);
    }
    if (response.ok || expected.includes(response.status)) return response;
    const error = new ApiError(response.status, await problemOf(response));
    if (error.status === 401) this.whenUnauthorized?.(error);
    throw error;
  }

  async json(request, options) {
    const response = await this.send(request, options);
    return response.status === 204 ? null : response.json();
  }
}

async function problemOf(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
