// The error summary takes the focus, so that a screen reader begins with what went wrong; its links go to the control.
export function takeFocus(page) {
  page.querySelector("[data-take-focus]")?.focus();
  page.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a[href^='#']");
    const control = link && page.getElementById(link.hash.slice(1));
    if (!control) return;
    event.preventDefault();
    const words = control.closest("fieldset, .field")?.querySelector("legend, label");
    (words ?? control).scrollIntoView();
    control.focus({ preventScroll: true });
  });
}
