"use strict";

/* Renews a running training's progress every two seconds; the page works without it, by reload. */
(() => {
  const box = document.querySelector("#progress[data-renew]");
  if (!box) return;
  const renew = async () => {
    try {
      const answer = await fetch(box.dataset.renew, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.querySelector("[data-state]");
      if (!part) return;
      if (!["queued", "running"].includes(part.dataset.state)) {
        location.reload();
        return;
      }
      box.replaceChildren(document.adoptNode(part));
    } catch {
      /* The server restarts: the next try may find it. */
    }
    setTimeout(renew, 2000);
  };
  setTimeout(renew, 2000);
})();
