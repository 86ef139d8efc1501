// What the caller may do in the tenant that the page shows, by the rules of the API. The API still judges each call.

/** What everyone may do who needs no credential. */
export const everything = { admin: true, grants: [] };

export class Scope {
  /** @param caller the answer of GET /whoami. */
  constructor(caller, tenant) {
    this.isAdmin = caller.admin;
    this.grants = caller.grants.filter(({ namespace, app }) =>
      (namespace === '*' || namespace === tenant.namespace) && (app === '*' || app === tenant.app));
  }

  /** Whether a verb is allowed on a key, or on all keys with a prefix. */
  may(verb, keyOrPrefix = '') {
    return this.isAdmin || this.grants.some(({ verbs, prefix }) => verbs.includes(verb) && keyOrPrefix.startsWith(prefix));
  }

  /** Whether a verb is allowed on any keys. */
  reaches(verb) {
    return this.isAdmin || this.grants.some(({ verbs }) => verbs.includes(verb));
  }

  /** The prefixes of the keys on which a verb is allowed; [''] for all keys. */
  prefixesOf(verb) {
    return this.may(verb) ? [''] : [...new Set(this.grants.filter(({ verbs }) => verbs.includes(verb)).map(({ prefix }) => prefix))];
  }
}
