// Lets distances run and looks again every few seconds; each page is complete without it.
"use strict";

const ahead = Date.parse(document.documentElement.dataset.now) - Date.now();
const STEPS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

function span(seconds) {
  let left = Math.floor(seconds);
  const said = [];
  for (const [size, name] of STEPS) {
    if (left >= size) said.push(`${Math.floor(left / size)} ${name}`);
    left %= size;
  }
  return said.slice(0, 2).join(" ") || "0 s";
}

function distance(moment) {
  const seconds = (Date.parse(moment) - Date.now() - ahead) / 1000;
  if (Math.abs(seconds) < 1) return "now";
  return seconds > 0 ? `in ${span(seconds)}` : `${span(-seconds)} ago`;
}

function tick() {
  for (const left of document.querySelectorAll("[data-moment]")) {
    const said = distance(left.dataset.moment);
    if (left.textContent !== said) left.textContent = said;
  }
}

// The same place after the page was drawn anew: by id, else the same link under the same nearest id.
function placeOf(element, root) {
  if (!element || element === root || !root.contains(element)) return null;
  if (element.id) return (fresh) => fresh.querySelector(`#${CSS.escape(element.id)}`);
  const tag = element.tagName;
  const mark = element.getAttribute("href") || element.getAttribute("aria-label");
  const alike = (within) => [...within.querySelectorAll(tag)].filter(
    (other) => (other.getAttribute("href") || other.getAttribute("aria-label")) === mark);
  const place = alike(root).indexOf(element);
  return (fresh) => alike(fresh)[place] || alike(fresh)[0];
}

function looking(main) {
  const button = document.createElement("button");
  const bar = document.createElement("p");
  const words = document.createElement("span");
  let paused = localStorage.getItem("paused") === "yes";
  button.type = "button";
  button.id = "refresh";
  bar.className = "refresh";
  bar.append(words, button);
  const live = document.createElement("div");
  live.append(...main.childNodes);
  main.append(bar, live);

  function say(problem) {
    const seconds = main.dataset.refresh;
    words.textContent = problem || (paused ? "Not refreshed by itself" : `Refreshed every ${seconds} s`);
    button.textContent = paused ? "Go on" : "Pause";
    button.setAttribute("aria-label", paused ? "Go on refreshing" : "Pause refreshing");
  }

  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.getElementById("main");
    if (!fresh) throw new Error("no page");
    const again = placeOf(document.activeElement, live);
    const unfolded = [...live.querySelectorAll("details[open]")].map((each) => each.id);
    live.replaceChildren(...fresh.childNodes);
    for (const each of live.querySelectorAll("details")) each.open = unfolded.includes(each.id);
    document.getElementById("as-of").replaceChildren(...page.getElementById("as-of").childNodes);
    if (again) (again(live) || main).focus({ preventScroll: true });
  }

  async function look() {
    const reading = String(getSelection()) !== "";
    if (paused || document.hidden || reading) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      const text = await answer.text();
      if (!paused) show(text);
      say();
    } catch {
      say("The console does not answer; what you see is older");
    }
  }

  button.addEventListener("click", () => {
    paused = !paused;
    localStorage.setItem("paused", paused ? "yes" : "no");
    say();
    look();
  });
  say();
  setInterval(look, 1000 * Number(main.dataset.refresh));
}

const main = document.querySelector("main[data-refresh]");
if (main) looking(main);
setInterval(tick, 1000);
