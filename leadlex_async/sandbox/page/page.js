// The sandbox's page: it asks for the state every second and writes it into the document, as text only.

const PAUSE = 1000; // milliseconds between two looks
const PATIENCE = 5000; // milliseconds for an answer
const FAREWELL = 3000; // milliseconds that a decided task stays in its place
const READING = 10000; // milliseconds that a notice stays
const LOST = "The sandbox does not answer. This page goes on by itself when it is there again.";

class Refused extends Error {}

const byId = (id) => document.getElementById(id);
const filter = byId("filter");
const dialog = byId("dismissing");
let today = "";
let looks = 0;
let timer = 0;
let silence = 0;
let asked = null; // the task that the dialog is about, and the button that opened it
let shown = null; // the filter of the state that is shown

function write(place, value) {
  let text = value ?? "";
  if (typeof value === "number") text = value.toLocaleString("en");
  if (place.localName === "time") {
    place.dateTime = value;
    text = value.startsWith(today) ? value.slice(11, 19) : value.slice(5, 16).replace("T", " ");
  }
  if (place.textContent !== text) place.textContent = text;
}

// What has been done is told for a while; that the sandbox does not answer, until it does.
function notify(text) {
  clearTimeout(silence);
  write(byId("notice"), text);
  if (!document.body.classList.contains("lost")) silence = setTimeout(() => write(byId("notice"), ""), READING);
}

const words = (state) => state.replaceAll("_", " ");

const TONES = new Map([
  ["active", "good"], ["completed", "good"], ["success", "good"], ["pending_approval", "waiting"],
  ["draft", "plain"], ["paused", "plain"], ["pending", "plain"],
]);
const tone = (state) => TONES.get(state) ?? (state.startsWith("2") ? "good" : "bad");

function fill(node, row) {
  for (const place of node.querySelectorAll("[data-of]")) {
    const name = place.dataset.of;
    if (name === "state") place.className = tone(row.state);
    write(place, name === "state" ? words(row.state) : row[name]);
  }
}

// A row is moved only where the order has changed: what has the focus keeps it.
function arrange(list, rows, leave) {
  const model = byId(`${list.id}-row`).content.firstElementChild;
  const known = new Map(Array.from(list.children, (node) => [node.dataset.id, node]));
  const wanted = new Set(rows.map((row) => row.id));
  for (const [id, node] of known) if (!wanted.has(id)) leave(node);
  let place = list.firstElementChild;
  for (const row of rows) {
    const node = known.get(row.id) ?? model.cloneNode(true);
    node.dataset.id = row.id;
    fill(node, row);
    while (place && place !== node && !wanted.has(place.dataset.id)) place = place.nextElementSibling;
    if (place === node) place = node.nextElementSibling;
    else list.insertBefore(node, place);
  }
}

function show(name, part, total, leave = (node) => node.remove()) {
  arrange(byId(name), part.rows, leave);
  const table = byId(name).closest("table");
  if (table) table.hidden = !part.rows.length;
  const fewer = part.rows.length < part.total ? ` ${part.rows.length.toLocaleString("en")} shown.` : "";
  write(byId(`${name}-count`), total + fewer);
}

const count = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

function showTasks(part, above, sameFilter) {
  for (const row of part.rows) row.people = row.recipients === null ? "" : `${count(row.recipients, "person", "people")}, `;
  const none = `Nothing waits for a decision. A campaign to more than ${above.toLocaleString("en")} people will.`;
  const leave = sameFilter ? (node) => settle(node, "It is not pending any more.") : undefined;
  show("tasks", part, part.total ? `${count(part.total, "task waits", "tasks wait")} for a decision.` : none, leave);
  for (const node of byId("tasks").children) {
    const name = node.querySelector(".name").textContent;
    for (const button of node.querySelectorAll("button")) button.ariaLabel = `${button.textContent} ${name}`;
  }
  document.title = part.total ? `(${part.total}) LeadLex sandbox` : "LeadLex sandbox";
}

function showCampaigns(part) {
  const states = Object.entries(part.counts).sort((one, other) => other[1] - one[1]);
  const listed = states.map(([state, number]) => `${number.toLocaleString("en")} ${words(state)}`).join(", ");
  show("campaigns", part, listed ? `${listed}.` : "There are none yet.");
}

function showQuota(quota) {
  byId("quota").hidden = !Object.keys(quota).length;
  for (const name of ["minute", "day"]) {
    const meter = byId(name);
    meter.parentElement.hidden = !(name in quota);
    if (!(name in quota)) continue;
    const { limit, left } = quota[name];
    Object.assign(meter, { max: limit, low: limit / 5, high: limit / 2, optimum: limit, value: left });
    write(meter.nextElementSibling, `${left.toLocaleString("en")} of ${limit.toLocaleString("en")} left`);
  }
}

function render(state, sameFilter) {
  today = state.now.slice(0, 10);
  byId("now").dateTime = state.now;
  byId("now").textContent = `${today} ${state.now.slice(11, 19)} UTC`;
  showTasks(state.tasks, state.approval_above, sameFilter);
  showCampaigns(state.campaigns);
  showQuota(state.quota);
  const unlimited = Object.keys(state.quota).length ? "" : " No plan is set, so there is no limit.";
  show("requests", state.requests, `${count(state.requests.total, "request", "requests")}.${unlimited}`);
  show("deliveries", state.deliveries, `${count(state.deliveries.total, "attempt", "attempts")}.`);
}

async function ask(path, options) {
  const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE) });
  if (answer.ok) return answer.json();
  const told = await answer.json().catch(() => null);
  throw new Refused(told?.error?.message ?? `The sandbox answered ${answer.status}`);
}

async function look() {
  clearTimeout(timer);
  const turn = ++looks;
  const wanted = filter.value;
  const state = await ask(`/_sandbox/state?filter=${encodeURIComponent(wanted)}`).catch((error) => error);
  if (turn !== looks) return; // a later look has begun
  timer = setTimeout(look, PAUSE);
  if (state instanceof Error) {
    document.body.className = "lost";
    notify(state instanceof Refused ? state.message : LOST);
    return;
  }
  if (document.body.classList.replace("lost", "found")) notify("");
  render(state, wanted === shown);
  shown = wanted;
}

// To the next task, not to its button: a second Enter must not decide it.
function onward(node) {
  let next = node.nextElementSibling;
  while (next?.classList.contains("decided")) next = next.nextElementSibling;
  (next ?? byId("tasks-title")).focus();
}

// A decided task stays for a moment: what comes after it must not jump under a finger.
function settle(node, how) {
  if (node.classList.contains("decided")) return;
  const focused = node.contains(document.activeElement);
  node.classList.add("decided");
  node.querySelector(".buttons").textContent = how;
  if (focused) onward(node);
  setTimeout(() => {
    if (node.contains(document.activeElement)) onward(node);
    node.remove();
  }, FAREWELL);
}

async function decide(node, action, reason) {
  const name = node.querySelector(".name").textContent;
  const headers = { "Content-Type": "application/json", "X-Sandbox-Page": "1" };
  const options = { method: "POST", headers, body: JSON.stringify({ reason }) };
  if (node.dataset.busy) return; // a second click before the answer
  node.dataset.busy = "yes";
  try {
    await ask(`/_sandbox/tasks/${encodeURIComponent(node.dataset.id)}/${action}`, options);
    const done = action === "approve" ? "Approved" : "Dismissed";
    settle(node, `${done}.`);
    notify(`${done}: \u2068${name}\u2069`);
  } catch (error) {
    const lost = "No answer from the sandbox. The list will show whether it was decided";
    notify(`${error instanceof Refused ? error.message : lost}: \u2068${name}\u2069`);
  } finally {
    delete node.dataset.busy;
  }
  look();
}

byId("tasks").addEventListener("click", (event) => {
  const action = event.target.dataset.action;
  const node = event.target.closest("li");
  if (action === "approve") decide(node, action, null);
  if (action !== "dismiss") return;
  asked = { node, button: event.target };
  dialog.querySelector("bdi").textContent = node.querySelector(".name").textContent;
  byId("reason").value = "";
  dialog.showModal();
  byId("reason").focus();
});

dialog.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  dialog.close();
  decide(asked.node, "dismiss", byId("reason").value);
});

byId("keep").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  if (!asked.button.isConnected) byId("tasks-title").focus();
});
filter.addEventListener("input", look);
look();
