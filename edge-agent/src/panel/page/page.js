// Small helpers of the page: nodes that change only where they differ, and questions to the edge.

export const $ = (id) => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") node.addEventListener("click", value);
    else if (key in node) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

// Replaces children only where the drawing differs, so that a button never moves under a finger.
export function fill(node, ...children) {
  const next = make("div", {}, ...children);
  const key = next.innerHTML;
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  node.replaceChildren(...next.childNodes);
}

export function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

export const get = (path) => call(path, {});

export const post = (path, body) =>
  call(path, { method: "POST", headers: body ? { "Content-Type": "application/json" } : {}, body: body && JSON.stringify(body) });

async function call(path, options) {
  try {
    const answer = await fetch(path, options);
    if (answer.ok) return { ok: true, body: answer.status === 204 ? null : await answer.json() };
    const refusal = await answer.json().catch(() => ({ code: "failed", message: "" }));
    return { ok: false, status: answer.status, ...refusal };
  } catch {
    return { ok: false, status: 0, code: "failed", message: "" };
  }
}
