// Starts the page.

import { find } from "./element.js";
import { Shell } from "./shell.js";

// A fragment link would leave the address of the view.
find("skip").addEventListener("click", (event) => {
  event.preventDefault();
  find("view").focus();
});

new Shell();
