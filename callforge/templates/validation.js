(function () {
  "use strict";
  var PAGE = 25;
  var section = document.getElementById("rows");
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (part) { part.open = true; });
  });
  if (!section) { return; }
  var form = section.querySelector("form"), pagers = section.querySelectorAll(".pager"), none = section.querySelector(".none");
  var rows = Array.from(section.querySelectorAll("article")), texts = null;
  var fields = Array.from(form.elements).filter(function (field) { return field.name; });
  var matched = rows, shown = [], page = 0;
  function value(name) { var field = form.elements[name]; return field ? field.value : ""; }
  function has(list, word) { return !word || (" " + (list || "") + " ").indexOf(" " + word + " ") >= 0; }
  function words() { return value("q").toLowerCase().split(/\s+/).filter(Boolean); }
  function select() {
    var wanted = words();
    if (wanted.length && !texts) { texts = rows.map(function (row) { return row.textContent.toLowerCase(); }); }
    matched = rows.filter(function (row, index) {
      var data = row.dataset;
      return has(data.state, value("show")) && has(data.class, value("class")) && has(data.layer, value("layer")) &&
        has(data.file, value("file")) && wanted.every(function (word) { return texts[index].indexOf(word) >= 0; });
    });
  }
  function draw() {
    var pages = Math.max(1, Math.ceil(matched.length / PAGE));
    page = Math.min(Math.max(page, 0), pages - 1);
    shown.forEach(function (row) { row.hidden = true; });
    shown = matched.slice(page * PAGE, (page + 1) * PAGE);
    shown.forEach(function (row) { row.hidden = false; });
    var first = page * PAGE + 1, last = page * PAGE + shown.length;
    var told = matched.length ? "Rows " + first + " to " + last + " of " + matched.length : "No rows";
    if (matched.length < rows.length) { told += " that fit (" + rows.length + " in all)"; }
    pagers.forEach(function (pager) {
      pager.querySelector(".told").textContent = told;
      pager.querySelector("[data-turn='-1']").disabled = page === 0;
      pager.querySelector("[data-turn='1']").disabled = page === pages - 1;
    });
    pagers[1].hidden = pages === 1;
    none.hidden = matched.length > 0;
  }
  function remember() {
    var parts = fields.filter(function (field) { return field.value; }).map(function (field) {
      return field.name + "=" + encodeURIComponent(field.value);
    });
    if (page) { parts.push("page=" + (page + 1)); }
    history.replaceState(null, "", parts.length ? "#" + parts.join("&") : location.pathname + location.search);
  }
  function fill(field, said) {
    field.value = said;
    if (field.selectedIndex < 0) { field.selectedIndex = 0; }
  }
  function clear() { fields.forEach(function (field) { field.value = ""; }); }
  function go(row) {
    if (matched.indexOf(row) < 0) { clear(); select(); }
    page = Math.floor(matched.indexOf(row) / PAGE);
    draw();
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "start" });
  }
  function follow() {
    var hash = location.hash.slice(1), row = hash && document.getElementById(hash);
    if (row && rows.indexOf(row) >= 0) { go(row); return; }
    if (!/^(class|layer|show|q|file|page)=/.test(hash)) { return; }
    clear();
    page = 0;
    hash.split("&").forEach(function (part) {
      var at = part.indexOf("="), name = part.slice(0, at), said = "";
      try { said = decodeURIComponent(part.slice(at + 1)); } catch (error) { said = part.slice(at + 1); }
      if (name === "page") { page = (parseInt(said, 10) || 1) - 1; } else if (form.elements[name]) { fill(form.elements[name], said); }
    });
    select();
    draw();
    section.scrollIntoView();
  }
  function step(by) {
    var at = shown.indexOf(document.activeElement.closest("article.row"));
    if (at < 0 && by < 0) { return; }
    if (at < 0) { at = shown.findIndex(function (row) { return row.getBoundingClientRect().bottom > 40; }) - 1; }
    var next = matched[page * PAGE + at + by];
    if (next) { go(next); }
  }
  form.addEventListener("input", function () { page = 0; select(); draw(); remember(); });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function (event) { event.preventDefault(); clear(); page = 0; select(); draw(); remember(); });
  section.addEventListener("click", function (event) {
    var turn = event.target.dataset && event.target.dataset.turn;
    if (turn) { page += Number(turn); draw(); remember(); section.scrollIntoView(); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) { return; }
    if (event.key === "j") { step(1); } else if (event.key === "k") { step(-1); }
    else if (event.key === "/") { event.preventDefault(); form.elements.q.focus(); }
  });
  window.addEventListener("hashchange", follow);
  rows.forEach(function (row) { row.hidden = true; });
  form.hidden = false;
  pagers.forEach(function (pager) { pager.hidden = false; });
  draw();
  follow();
})();
