// Preact with htm: what every component imports.
import { h } from '../../vendor/preact.js';
import htm from '../../vendor/htm.js';

export { render, Component, Fragment, createContext } from '../../vendor/preact.js';
export { useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useContext } from '../../vendor/hooks.js';
export const html = htm.bind(h);

let lastId = 0;

/** A new id for an element that a label or a description names. */
export const newId = start => `${start}-${++lastId}`;
