// The page works without this. It remembers the language, opens what a link names, filters by text, copies.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const root = document.documentElement;
  root.classList.add("scripts");
  const memory = { get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
                   set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* a page on disk may keep nothing */ } } };
  const radios = all("input[name=language]");
  const speak = () => { root.lang = radios.find((one) => one.checked).value; age(); };
  const remembered = radios.find((one) => one.value === memory.get("signoff-language"));
  if (remembered) remembered.checked = true;
  radios.forEach((one) => one.addEventListener("change", () => { memory.set("signoff-language", one.value); speak(); }));

  function age() {
    const slot = document.querySelector(".age"), until = document.querySelector(".until");
    const minutes = Math.max(0, Math.round((Date.now() - Date.parse(slot.dataset.read)) / 60000));
    const [amount, en, ja] = minutes < 120 ? [minutes, "min", "分"] : minutes < 2880 ? [Math.round(minutes / 60), "h", "時間"] : [Math.round(minutes / 1440), "days", "日"];
    const late = until && Date.now() > Date.parse(until.dataset.until);
    slot.textContent = root.lang === "ja" ? `（${amount}${ja}前）` : `(${amount} ${en} ago)`;
    if (late) { until.classList.add("late"); until.parentElement.querySelector(".over").hidden = false; }
  }

  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let one = target && target.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", open);

  const filter = document.getElementById("f-text"), shown = document.getElementById("shown");
  const rows = all(".row").map((row) => [row, row.textContent.toLowerCase()]);
  const sections = all(".section");
  const sift = () => {
    const wanted = filter.value.trim().toLowerCase();
    rows.forEach(([row, text]) => row.classList.toggle("unwanted", wanted !== "" && !text.includes(wanted)));
    const seen = (row) => row.offsetParent !== null;
    sections.forEach((one) => one.classList.remove("unwanted"));
    sections.filter((one) => ![...one.querySelectorAll(".row")].some(seen)).forEach((one) => one.classList.add("unwanted"));
    shown.textContent = rows.filter(([row]) => seen(row)).length;
  };
  all(".filters input, .search input").forEach((one) => one.addEventListener("input", sift));

  const each = (open) => () => all(".row > details").forEach((one) => { one.open = open; });
  document.getElementById("open-all").addEventListener("click", each(true));
  document.getElementById("close-all").addEventListener("click", each(false));
  all("button.copy").forEach((button) => button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("code");
    try { await navigator.clipboard.writeText(code.textContent); } catch { getSelection().selectAllChildren(code); document.execCommand("copy"); }
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 2000);
  }));
  speak(); open();
})();
