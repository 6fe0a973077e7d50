// The part of XMLHttpRequest that packages for browsers and React Native read a stream by.
export class XMLHttpRequest extends EventTarget {
  static UNSENT = 0;
  static OPENED = 1;
  static HEADERS_RECEIVED = 2;
  static LOADING = 3;
  static DONE = 4;
  readyState = 0;
  status = 0;
  responseText = "";
  #abort = new AbortController();
  #headers = {};

  open(method, url) {
    this.method = method;
    this.url = url;
  }

  setRequestHeader(name, value) {
    this.#headers[name] = value;
  }

  getResponseHeader(name) {
    return this.response?.headers.get(name) ?? null;
  }

  getAllResponseHeaders() {
    return [...(this.response?.headers ?? [])].map(([k, v]) => `${k}: ${v}\r\n`).join("");
  }

  abort() {
    this.#abort.abort();
  }

  #set(state, name) {
    this.readyState = state;
    for (const type of ["readystatechange", name]) {
      const event = new Event(type);
      this.dispatchEvent(event);
      this[`on${type}`]?.(event);
    }
  }

  async send() {
    try {
      const { method, url } = this;
      const given = { method, headers: this.#headers, signal: this.#abort.signal };
      this.response = await fetch(url, given);
      this.status = this.response.status;
      this.#set(2, "headersreceived");
      const decoder = new TextDecoder();
      for await (const chunk of this.response.body ?? []) {
        this.responseText += decoder.decode(chunk, { stream: true });
        this.#set(3, "progress");
      }
      this.#set(4, "load");
    } catch {
      this.readyState = 4;
      const event = new Event("error");
      this.dispatchEvent(event);
      this.onerror?.(event);
    }
  }
}
