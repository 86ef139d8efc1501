import { html, newId, useEffect, useRef } from '../lib/html.js';
import { Button } from './parts.js';

/** A modal dialog. The browser keeps the focus within it and gives it back at the end. */
export function Dialog({ title, onClose, children, footer, class: more = '' }) {
  const dialog = useRef(null);
  const id = useRef(newId('dialog')).current;
  useEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.isConnected && before.focus();
  }, []);
  return html`
    <dialog ref=${dialog} class=${`dialog ${more}`} aria-labelledby=${id} onCancel=${event => { event.preventDefault(); onClose(); }}>
      <header><h2 id=${id}>${title}</h2><${Button} kind="quiet" icon="close" label="Close" onClick=${onClose} /></header>
      <div class="dialog-body">${children}</div>
      ${footer && html`<footer>${footer}</footer>`}
    </dialog>`;
}
