// What every page loads. Each part looks for its own marks in the page and does nothing where there are none:
// without JavaScript all forms, menus and links work as they are.
import { takeFocus } from "./focus.js";
import { openMenus } from "./menus.js";
import { submitOnce } from "./submit-once.js";
import { askFirst } from "./confirm.js";

takeFocus(document);
openMenus(document);
// Asking comes before locking: a form that is not confirmed must stay usable.
askFirst(document);
submitOnce(document);
