// A lesson on the server, as it is heard here: its events come over the one connection that asked for it.

import { ask } from "../ask.js";

// There is no hurry: a training takes as long as the server lets it.
const PATIENCE = 2 ** 31 - 1;

/**
 * Begin a lesson.
 * @param {object} wanted as POST /v1/lessons takes it
 * @param {(event: string, data: any) => void} hear is given each event
 * @param {AbortSignal} signal gives it up
 * @returns {Promise<import("../ask.js").Outcome>} an answer when it came to its end
 */
export const teach = (wanted, hear, signal) =>
  ask("v1/lessons", { json: wanted, signal, patience: PATIENCE, read: (response) => listen(response, hear) });

/** Let a lesson come to its end now. */
export const stop = (id) => ask(`v1/lessons/${id}`, { method: "DELETE", read: () => Promise.resolve(true) });

async function listen(response, hear) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return true;
    text += value;
    const events = text.split("\n\n");
    text = events.pop(); // not whole yet
    for (const event of events) {
      const [, name, data] = event.match(/^event: (\S+)\ndata: (.*)$/);
      hear(name, JSON.parse(data));
    }
  }
}
