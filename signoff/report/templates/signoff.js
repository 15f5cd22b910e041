// The page works without this. It remembers the language, opens what a link names, filters by text, copies.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const root = document.documentElement;
  root.classList.add("scripts");
  const memory = { get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
                   set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* a page on disk may keep nothing */ } } };
  const radios = all("input[name=language]");
  const speak = () => { root.lang = radios.find((one) => one.checked).value; age(); };
  // What the reader chose, or else the first language of the browser that the page has; without either, the run's.
  const preferred = [memory.get("signoff-language"), ...navigator.languages].map((each) => radios.find((radio) => each?.startsWith(radio.value)));
  const reader = preferred.find(Boolean);
  if (reader) reader.checked = true;
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
  all(".filters input, .search input, .quick input").forEach((one) => one.addEventListener("input", sift));
  all("a[data-show]").forEach((link) => link.addEventListener("click", () => { document.getElementById(`q-${link.dataset.show}`).checked = true; sift(); }));

  const each = (open) => () => all(".row > details").forEach((one) => { one.open = open; });
  document.getElementById("open-all").addEventListener("click", each(true));
  document.getElementById("close-all").addEventListener("click", each(false));
  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); return; } catch { /* a page on disk may have no clipboard */ }
    const slot = document.body.appendChild(document.createElement("textarea"));
    slot.value = text; slot.select(); document.execCommand("copy"); slot.remove();
  };
  const copies = (selector, text) => all(selector).forEach((button) => button.addEventListener("click", async () => {
    await copy(text(button));
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 2000);
  }));
  const said = (one) => {
    if (!one) return "";
    const clone = one.cloneNode(true);
    clone.querySelectorAll(root.lang === "ja" ? "[lang=en], i:not([lang])" : "[lang=ja]").forEach((other) => other.remove());
    clone.querySelectorAll("button, .head").forEach((other) => other.remove());
    return clone.textContent.replace(/\s+/g, " ").trim();
  };
  const commands = (within) => [...within.querySelectorAll(".fix code, dd code")].map(said).filter((text, at, whole) => whole.indexOf(text) === at);
  copies("button.copy", (button) => button.parentElement.querySelector("code").textContent);
  copies("button.issue", (button) => {
    const row = button.closest(".row"), id = said(row.querySelector(".id"));
    const listed = document.getElementById(`fix-${id}`) || row;
    const reasons = [...listed.querySelectorAll(".reason")].map(said);
    const lines = [...listed.querySelectorAll(".off-plan tbody tr")].map((line) => `- ${[...line.cells].map(said).join(" | ")}`);
    const remedies = commands(listed).map((text) => `    ${text}`);
    return [`## ${id} ${said(row.querySelector(".promise"))}`, ...reasons, lines.join("\n"), remedies.join("\n"), document.title].filter(Boolean).join("\n\n") + "\n";
  });
  copies("#copy-remedies", () => all("#blockers .blocking > li, #lesser .blocking > li").map((one) => `# ${said(one.querySelector("h3"))}\n${commands(one).join("\n")}`).join("\n\n") + "\n");
  const csv = document.getElementById("save-csv");
  csv.addEventListener("click", () => {
    const cells = (row) => [".id", ".badge", ".severity", ".promise", ".inside .reason"].map((one) => said(row.querySelector(one)));
    const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
    const lines = rows.map(([row]) => cells(row).map(quoted).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.download = "signoff.csv"; link.click(); URL.revokeObjectURL(link.href);
  });
  speak(); open();
})();
