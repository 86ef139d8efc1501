import { createContext, useContext } from '../lib/html.js';

export const ApiContext = createContext(null);

/** What calls the API for the tenant that the page shows. */
export const useApi = () => useContext(ApiContext);

export const PlaceContext = createContext(null);

/** { href, go, parameters } of the page that is shown; the tenant stays in every address. */
export const usePlace = () => useContext(PlaceContext);
