// Loads the console after the browser has shown the frame of index.html: many requests would delay its first content.
async function start() {
  const [{ content }, rest] = document.querySelectorAll('template');
  const styles = [...content.querySelectorAll('[rel="stylesheet"]')].map(link => new Promise((done, fail) => {
    link.onload = done;
    link.onerror = () => fail(new Error(`${link.href} cannot be loaded.`));
  }));
  document.head.append(content);
  try {
    await Promise.all(styles);
    await import('./main.js');
    (window.requestIdleCallback ?? setTimeout)(() => document.head.append(rest.content));
  } catch (error) {
    const message = document.querySelector('.boot');
    message.role = 'alert';
    message.textContent = `The console cannot start. ${error.message} Reload the page to try again.`;
  }
}

// A page in the background is not shown, so nothing waits for it.
if (document.hidden) start();
else requestAnimationFrame(() => setTimeout(start));
