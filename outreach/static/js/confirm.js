// A form with data-confirm asks first, in the page's own dialog. The answer "yes" carries the label of the button that
// was pressed, so nobody has to guess what "OK" would do.
export function askFirst(page) {
  const dialog = page.getElementById("confirm");
  let waiting = null;

  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-confirm]") || form.dataset.confirmed) return;
    event.preventDefault();
    waiting = { form, button: event.submitter };
    dialog.querySelector("#confirm-words").textContent = form.dataset.confirm;
    const yes = dialog.querySelector("[data-confirm-yes]");
    // The first words alone: what a button is about is told to ears only, and here the question has said it.
    yes.textContent = event.submitter?.firstChild.textContent.trim() ?? form.dataset.confirm;
    yes.className = `btn ${event.submitter?.matches(".btn-danger") ? "btn-danger" : "btn-primary"}`;
    dialog.showModal();
    dialog.querySelector("[data-confirm-no]").focus();
  });

  dialog?.querySelector("[data-confirm-no]").addEventListener("click", () => dialog.close());
  dialog?.querySelector("[data-confirm-yes]").addEventListener("click", () => {
    dialog.close();
    const { form, button } = waiting;
    form.dataset.confirmed = "yes";
    form.requestSubmit(button);
    delete form.dataset.confirmed;
  });
  // Closed by Escape or by a button alike: back to where the reader was.
  dialog?.addEventListener("close", () => waiting?.button?.focus());
}
