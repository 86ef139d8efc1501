// A control may be gone after its own action, or hidden or disabled by it. Without its focus a person at the keyboard
// would begin at the top of the page, so the part of the page that held it gets the focus.

const parts = 'section:not([aria-live]), dialog, main, .more, .value';
let held = null;

const isUsable = element => element.isConnected && element.checkVisibility() && !element.matches(':disabled');

function follow() {
  const control = document.activeElement;
  held = control === document.body ? null : { control, around: partsAround(control) };
}

function partsAround(control) {
  const around = [];
  for (let part = control.parentElement?.closest(parts); part; part = part.parentElement?.closest(parts)) around.push(part);
  return around;
}

function mend() {
  if (!held || isUsable(held.control) || ![document.body, held.control].includes(document.activeElement)) return;
  const part = held.around.find(isUsable) ?? document.querySelector('main');
  const place = [...part.querySelectorAll('[data-focus]')].find(isUsable) ?? part;
  if (place.tabIndex < 0) place.tabIndex = -1;
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: 'nearest' });
}

/** In a part of the page, the element with `data-focus` gets the focus; without one the part itself. */
export function keepFocus() {
  // A click on a control that has the focus already, or on what takes none, moves no focus into another control.
  for (const event of ['focusin', 'click']) addEventListener(event, follow, true);
  new MutationObserver(mend).observe(document.body, {
    subtree: true, childList: true, attributeFilter: ['class', 'disabled', 'hidden'],
  });
}
