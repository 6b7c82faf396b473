// Filters on top of a page that is complete without them: rows are only ever hidden, never built.
(() => {
  "use strict";
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const text = document.getElementById("f-text");
  const target = document.getElementById("f-target");
  const blocks = document.getElementById("f-blocks");
  const fold = document.getElementById("f-fold");
  const rows = Array.from(document.querySelectorAll("li.r"), (el) => ({
    el,
    verdict: el.classList[1],
    blocks: el.classList.contains("b"),
    chapter: el.closest("section.h"),
    level: el.closest("section.l"),
    target: el.closest("section.t"),
    text: null,
  }));
  const groups = document.querySelectorAll("section.t, section.l, section.h");
  const ticked = (name) =>
    new Set(Array.from(form.querySelectorAll(`[name=${name}]`)).filter((box) => box.checked).map((box) => box.value));

  function apply() {
    const verdicts = ticked("verdict");
    const levels = ticked("level");
    const sought = text.value.trim().toLowerCase();
    const only = target ? target.value : "";
    const filled = new Set();
    let count = 0;
    for (const row of rows) {
      let keep = verdicts.has(row.verdict) && levels.has(row.level.dataset.l) && (!blocks.checked || row.blocks) &&
        (!only || row.target.id === only);
      if (keep && sought) {
        row.text ??= row.el.textContent.toLowerCase();
        keep = row.text.includes(sought);
      }
      row.el.hidden = !keep;
      if (keep) {
        count += 1;
        filled.add(row.chapter).add(row.level).add(row.target);
      }
    }
    const filtered = count < rows.length;
    for (const group of groups) group.hidden = filtered && !filled.has(group);
    const said = shown.dataset.text.replace("{n}", count).replace("{m}", rows.length);
    shown.textContent = filtered ? `${said}. ${shown.dataset.filtered}` : `${said}.`;
    shown.classList.toggle("filtered", filtered);
  }

  // A link to a row that a filter hides must still arrive.
  function arrive() {
    const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place) return;
    if (place.closest("[hidden]")) {
      form.reset();
      apply();
    }
    for (let d = place.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    place.scrollIntoView();
  }

  let timer = 0;
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 150);
  });
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  fold.addEventListener("click", () => {
    const open = fold.classList.toggle("closed");
    for (const el of document.querySelectorAll("li.r > details")) el.open = !open;
    [fold.textContent, fold.dataset.other] = [fold.dataset.other, fold.textContent];
  });
  window.addEventListener("hashchange", arrive);

  const folds = document.querySelectorAll("details.fold");
  for (const el of folds) el.open = false;
  let reopened = [];
  window.addEventListener("beforeprint", () => {
    reopened = Array.from(document.querySelectorAll("details:not([open])"));
    for (const el of reopened) el.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const el of reopened) el.open = false;
  });
  form.hidden = false;
  apply();
  arrive();
})();
