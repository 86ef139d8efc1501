import { html, newId, useLayoutEffect, useRef } from '../lib/html.js';
import { Button } from './parts.js';

/** A modal dialog. The browser keeps the focus within it; at the end it goes back to where it was, as long as that is there. */
export function Dialog({ title, onClose, children, footer, class: more = '' }) {
  const dialog = useRef(null);
  const id = useRef(newId('dialog')).current;
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element.showModal();
    return () => {
      element.close();
      if (before?.isConnected) before.focus();
    };
  }, []);
  // A browser closes a dialog at a second Escape without asking. It is open as long as the page shows it.
  const closed = () => {
    if (!dialog.current) return;
    dialog.current.showModal();
    onClose();
  };
  return html`
    <dialog ref=${dialog} class=${`dialog ${more}`} aria-labelledby=${id} onCancel=${event => { event.preventDefault(); onClose(); }} onClose=${closed}>
      <header><h2 id=${id}>${title}</h2><${Button} kind="quiet" icon="close" label="Close" onClick=${onClose} /></header>
      <div class="dialog-body">${children}</div>
      ${footer && html`<footer>${footer}</footer>`}
    </dialog>`;
}
