// What a small screen folds away (menu, filters) is opened by a link to it, through :target; with JavaScript the link
// is a button that opens and closes. Open <details data-menu> close on Escape and on a click elsewhere.
export function openMenus(page) {
  for (const opener of page.querySelectorAll("[data-opens]")) turnIntoButton(page, opener);
  page.addEventListener("click", (event) => {
    for (const menu of page.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of page.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

function turnIntoButton(page, opener) {
  const target = page.getElementById(opener.dataset.opens);
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-controls", target.id);
  opener.setAttribute("aria-expanded", "false");
  const toggle = (event) => {
    event.preventDefault();
    const open = target.classList.toggle("is-open");
    opener.setAttribute("aria-expanded", String(open));
  };
  opener.addEventListener("click", toggle);
  opener.addEventListener("keydown", (event) => {
    if (event.key === " ") toggle(event);
  });
}
