// Adds the phone's own share sheet and one-tap copy to "Share this page". The page can do without it.
"use strict";
(() => {
  const panel = document.getElementById("share").parentElement;
  const address = document.getElementById("link");
  const status = panel.querySelector("[role=status]");
  const [share, copy] = panel.querySelector("template").content.cloneNode(true).children;

  const add = (button, press) => {
    const item = document.createElement("li");
    item.append(button);
    button.addEventListener("click", press);
    panel.querySelector("ul").prepend(item);
  };

  // Emptied first: a screen reader speaks only of what changes.
  const say = (words) => {
    status.textContent = "";
    setTimeout(() => (status.textContent = words), 100);
  };

  if (navigator.clipboard) {
    add(copy, () =>
      navigator.clipboard.writeText(address.value).then(
        () => say(copy.dataset.done),
        () => (address.select(), say(copy.dataset.failed)),
      ),
    );
  }
  if (navigator.share) {
    add(share, () => navigator.share({ title: document.title, url: address.value }).catch(() => {}));
  }
})();
