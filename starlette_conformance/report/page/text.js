// Text and elements. Whatever comes from a run file becomes a text node, never markup.

function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

// Put children into an element, in place of those that it has.
function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child != null && child !== false && child !== ""));
}

const byId = (id) => document.getElementById(id);
const grouped = new Intl.NumberFormat("en-GB").format;
const counted = (count, one, many = `${one}s`) => `${grouped(count)} ${count === 1 ? one : many}`;

function listed(words) {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

// What would not be seen, or would turn the text around it, is shown as an escape.
function visible(text) {
  return text.replace(
    /(?!\n)[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
    (char) => {
      if (char === "\r") return "\\r";
      if (char === "\t") return "\\t";
      const code = char.codePointAt(0).toString(16);
      return code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, "0")}`;
    },
  );
}

// Bytes, one character each, as the UTF-8 that they are, if they are.
function decoded(bytes) {
  try {
    const codes = Uint8Array.from(bytes, (char) => char.charCodeAt(0));
    return visible(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(codes));
  } catch {
    return visible(bytes);
  }
}

const LONGEST = 3000;

function bodyLines(bytes) {
  if (!bytes) return [];
  const lines = decoded(bytes.slice(0, LONGEST)).split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (bytes.length > LONGEST) lines.push(`… ${grouped(bytes.length)} bytes in all`);
  return lines;
}

const day = (moment) =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date(moment));

function period(moments) {
  const sorted = [...moments].sort();
  const [first, last] = [day(sorted[0]), day(sorted.at(-1))];
  return first === last ? first : `${first} to ${last}`;
}

const quoted = (word) => (/^[\w./=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
