// A second click on a form that is under way is ignored. The button keeps its name and value (a disabled button would
// not be sent) and the focus; it is released when the browser shows the page again from its cache.
export function submitOnce(page) {
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("[data-submit-once]")) return;
    if (form.dataset.underWay) {
      event.preventDefault();
      return;
    }
    form.dataset.underWay = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of page.querySelectorAll("[data-under-way]")) {
      delete form.dataset.underWay;
      form.querySelector("[aria-disabled]")?.removeAttribute("aria-disabled");
    }
  });
}
