"use strict";
// From a number to its result, to the cells behind it, to the entries of each cell. Text only ever enters as text.
(() => {
  const panel = document.getElementById("trace");
  const body = document.getElementById("trace-body");
  const title = document.getElementById("trace-title");
  const STUDY = "The study";  // what no participant is named of
  let evidence = null;
  let origin = null;

  const read = () => {
    if (evidence) return evidence;
    evidence = JSON.parse(document.getElementById("evidence").textContent);
    evidence.numbers = unfold(evidence.seqs);
    evidence.columns = evidence.facts.map(([table, places]) => [table, spread(places)]);
    evidence.rowOf = new Map(evidence.numbers.map((seq, row) => [seq, row]));
    evidence.ofPerson = new Map();
    placesOf("participant").forEach((person, row) => {
      if (!evidence.ofPerson.has(person)) evidence.ofPerson.set(person, []);
      evidence.ofPerson.get(person).push(row);
    });
    return evidence;
  };
  // facts are made as they are asked for: there may be half a million
  const placesOf = (field) => evidence.columns[evidence.fields.findIndex((group) => group.includes(field))][1];
  const factAt = (row) => {
    const fact = { seq: evidence.numbers[row] };
    evidence.fields.forEach((group, at) => {
      const [table, places] = evidence.columns[at];
      group.forEach((field, of) => { fact[field] = table[of][places[row]]; });
    });
    return fact;
  };
  const factsOf = (seqs) => seqs.filter((seq) => read().rowOf.has(seq)).map((seq) => factAt(evidence.rowOf.get(seq)));
  const historyOf = (fact) => {
    if (!fact.item) return [fact];
    const at = read().rowOf.get(fact.seq);
    const parts = ["visit_id", "cell", "repeat"].map(placesOf);  // not by words: two items may carry the same
    const rows = evidence.ofPerson.get(placesOf("participant")[at]);
    return rows.filter((row) => parts.every((places) => places[row] === places[at])).map(factAt);
  };
  // steps from one number to the next; a negative one: so many neighbours follow
  const unfold = (steps) => {
    const all = [];
    let last = 0;
    for (const step of steps) {
      if (step > 0) all.push(last += step);
      else for (let more = step; more < 0; more += 1) all.push(last += 1);
    }
    return all;
  };
  // places in a table; a negative one: so many follow as they did the last time, or the same again
  const spread = (column) => {
    const all = [];
    const after = new Map();
    let last = -1;
    const put = (place) => { after.set(last, place); all.push(place); last = place; };
    for (const place of column) {
      if (place >= 0) put(place);
      else for (let more = place; more < 0; more += 1) put(after.has(last) ? after.get(last) : last);
    }
    return all;
  };
  const listed = (text) => text.split(" ").flatMap((run) => {
    const [first, last] = run.split("-").map(Number);
    return unfold(last ? [first, first - last] : [first]);
  });
  const el = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "onclick") made.addEventListener("click", value);
      else if (value !== null && value !== undefined) made.setAttribute(name, value);
    }
    for (const child of children.flat()) if (child !== null && child !== "") made.append(child);
    return made;
  };
  const count = (number, word, more) => `${number} ${number === 1 ? word : more}`;
  const naturally = (a, b) => a.localeCompare(b, "en", { numeric: true });

  const pairs = (list) => el("dl", { class: "facts" }, list.filter(([, said]) => said !== "" && said !== null)
    .map(([name, said]) => el("div", {}, el("dt", {}, name), el("dd", {}, said))));

  const resultFacts = (row) => {
    const heads = [...row.closest("table").querySelectorAll("thead tr:last-child th")].map((head) => head.textContent);
    const cells = [...row.children].map((cell) => cell.textContent);
    return pairs(heads.map((head, at) => [head, cells[at]]).filter(([head]) => head !== "Entries"));
  };

  const told = (fact, isCurrent) => pairs([
    [isCurrent ? "Entry" : "Earlier entry", `${fact.seq}, ${fact.act}`],
    ["As entered", fact.text === "" ? "" : `“${fact.text}”`],
    ["Taken as", fact.value],
    ["By", fact.by],
    ["When", fact.local ? `${fact.at} UTC (${fact.local} ${read().zone})` : `${fact.at} UTC`],
    ["Reason", fact.reason],
    ["Source", fact.file ? fact.file + (fact.row && `, row ${fact.row}`) + (fact.column && `, column “${fact.column}”`) : ""],
  ]);

  const cellTold = (fact, current) => {
    const where = [fact.participant ? `Participant ${fact.participant}` : STUDY, fact.visit, fact.form, fact.repeat && `no. ${fact.repeat}`, fact.item];
    const newest = historyOf(fact).reverse();
    return el("section", { class: "cell" }, el("h4", {}, where.filter(Boolean).join(" · ")),
      newest.map((entry) => told(entry, current.has(entry.seq))));
  };

  const list = (facts, current) => facts.map((fact) => cellTold(fact, current));

  const shown = (facts, derived) => {
    if (derived) return derived[2];
    if (facts.length <= 3) return facts.map((fact) => fact.value || fact.text || fact.act).join("; ");
    return `${facts.length} entries`;
  };

  const grid = (facts, derived, choose) => {
    const visits = [...new Set(facts.map((fact) => fact.visit))];
    const known = read().visits;
    visits.sort((a, b) => known.indexOf(a) - known.indexOf(b));
    const people = [...new Set(facts.map((fact) => fact.participant))].sort(naturally);
    const cells = new Map();
    facts.forEach((fact) => {
      const place = JSON.stringify([fact.participant, fact.visit]);
      if (!cells.has(place)) cells.set(place, []);
      cells.get(place).push(fact);
    });
    const values = new Map(derived.map((row) => [JSON.stringify([row[0], row[1]]), row]));
    const cell = (person, visit) => {
      const place = JSON.stringify([person, visit]);
      const those = cells.get(place) || [];
      if (!those.length) return el("td", {}, "–");
      const label = shown(those, values.get(place));
      return el("td", {}, el("button", { type: "button", onclick: (event) => choose(those, event.currentTarget),
        "aria-label": `${label}: ${person ? `participant ${person}` : STUDY}${visit ? `, ${visit}` : ""}` }, label));
    };
    const head = el("tr", {}, el("th", { scope: "col" }, "Participant"),
      visits.map((visit) => el("th", { scope: "col" }, visit || (visits.length > 1 ? "Once" : "Recorded"))));
    return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Cells by participant and visit" },
      el("table", { class: "grid" }, el("thead", {}, head), el("tbody", {},
        people.map((person) => el("tr", {}, el("th", { scope: "row" }, person || STUDY), visits.map((visit) => cell(person, visit)))))));
  };

  const behind = (entries, variable) => {
    const { derived } = read();
    const facts = factsOf(entries);
    if (!facts.length) return [el("p", { class: "quiet" },
      read().note || "No entry stands behind this number: nothing that would count was recorded.")];
    const current = new Set(entries);
    const below = el("div", { class: "cells", "aria-live": "polite" });
    const all = () => below.replaceChildren(...list(facts, current));
    const choose = (those, button) => {
      panel.querySelectorAll("button.on").forEach((other) => other.classList.remove("on"));
      button.classList.add("on");
      below.replaceChildren(...list(those, current));
      below.firstElementChild.scrollIntoView({ block: "nearest" });
    };
    if (facts.length <= 8) all();
    else below.append(el("p", { class: "quiet" }, "Choose a value above to see its entries, or ",
      el("button", { type: "button", class: "text", onclick: all }, `see all ${facts.length}`), "."));
    return [el("h3", {}, `Behind it: ${count(facts.length, "entry", "entries")}`),
      grid(facts, derived[variable] || [], choose), below];
  };

  const open = (link) => {
    const { results, lists } = read();
    const address = decodeURIComponent(link.getAttribute("href").slice(1));
    const row = link.dataset.e === undefined ? document.getElementById(address) : null;
    const [place, variable] = results[address] || [null, ""];
    const entries = link.dataset.e === undefined ? (place === null ? [] : unfold(lists[place])) : listed(link.dataset.e);
    title.textContent = link.textContent.trim();
    body.replaceChildren(
      ...(row ? [resultFacts(row)] : []),
      ...behind(entries, variable),
      ...(row ? [el("p", { class: "quiet" }, el("a", { href: link.getAttribute("href") }, "Its row in the appendix of results"))] : []));
    document.querySelectorAll("a.n.on").forEach((other) => other.classList.remove("on"));
    link.classList.add("on");
    origin = link;
    panel.hidden = false;
    document.body.classList.add("tracing");
    body.scrollTop = 0;
    title.focus({ preventScroll: true });
  };
  const close = () => {
    panel.hidden = true;
    document.body.classList.remove("tracing");
    document.querySelectorAll("a.n.on").forEach((link) => link.classList.remove("on"));
    if (origin) origin.focus({ preventScroll: true });
  };
  const unfoldTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const folded = target.closest("details") || target.querySelector("details.folded");
    if (folded) folded.open = true;
    target.scrollIntoView();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.n");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link);
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) close(); });
  document.getElementById("trace-close").addEventListener("click", close);
  window.addEventListener("hashchange", unfoldTarget);
  document.documentElement.classList.add("scripted");
  if (location.hash) unfoldTarget();
})();
