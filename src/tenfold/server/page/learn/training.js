// The step Training: a network learns on the server, and is drawn at here.

import { ask } from "../ask.js";
import { element } from "../element.js";
import { Curves } from "./curves.js";
import { coloursOf, paintMap } from "./grid.js";
import { stop, teach } from "./lesson.js";
import { largest, map, short } from "./maths.js";
import { TrainedNetwork } from "./network.js";
import { bars, follow } from "./tables.js";

const part = (id) => document.getElementById(id);
const SIZES = [1000, 2000, 4000, 8000];
const WHY = {
  finished: "Done: it has seen every digit as often as was asked.",
  stopped: "Stopped: this is what it has learned so far.",
  out_of_time: "The time for a training is over: this is what it has learned so far.",
};

/** Sends "news" when the network has changed, and "tested" with the report. */
export class Training extends EventTarget {
  network = null;
  tested = null;
  #lesson = null;
  #prepared = null;
  #tour;
  #show = bars(part("training-bars"));
  #loss = new Curves(part("training-loss"), { what: "Loss" });
  #accuracy = new Curves(part("training-accuracy"), { what: "Accuracy", percent: true });

  constructor(tour) {
    super();
    this.#tour = tour;
    follow(part("training-dropout"), (value) => `${value}\u202f%`, () => {});
    part("training-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#begin();
    });
    part("training-stop").addEventListener("click", () => this.#stop());
    tour.hand.addEventListener("change", () => this.#read());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#drawKernels());
    addEventListener("pagehide", () => this.#lesson?.abort.abort());
    this.#offer([["samples", "140 samples"]]);
  }

  /** Ask what can be learned from here: when the step is entered for the first time. */
  prepare() {
    this.#prepared ??= this.#ask();
  }

  async #ask() {
    const { answer } = await ask("v1/lessons");
    if (!answer) return;
    part("training-absent").hidden = answer.mnist;
    if (answer.mnist) this.#offer(SIZES.map((size) => [String(size), `${size.toLocaleString("en-GB")} of MNIST`]), "4000");
    if (!answer.seconds) this.#refused("This server trains nothing for visitors. Run one yourself: tenfold serve");
  }

  #offer(choices, chosen) {
    part("training-data").replaceChildren(...choices.map(([value, words]) => new Option(words, value, false, value === chosen)));
  }

  #wanted() {
    const data = part("training-data").value;
    return {
      ...(data === "samples" ? { data } : { data: "mnist", digits: Number(data) }),
      epochs: Number(part("training-epochs").value),
      rate: Number(part("training-rate").value),
      dropout: Number(part("training-dropout").value) / 100,
      seed: Math.floor(Math.random() * 2 ** 32),
    };
  }

  async #begin() {
    if (this.#lesson) return;
    const lesson = (this.#lesson = { abort: new AbortController(), id: null, stopped: false, ended: false });
    this.tested = null;
    this.dispatchEvent(new Event("tested"));
    this.#running(true);
    this.#say("The digits are fetched …");
    await this.#prepared; // until then nobody knows which there are
    const outcome = await teach(this.#wanted(), (event, data) => this.#hear(lesson, event, data), lesson.abort.signal);
    this.#lesson = null;
    this.#running(false);
    if (outcome.refusal) this.#refused(`${outcome.refusal.error.message} ${outcome.refusal.error.hint}`);
    else if (!lesson.ended) this.#refused("The training was cut off: Tenfold does not answer. Is “tenfold serve” still running?");
  }

  async #stop() {
    if (!this.#lesson) return;
    this.#say("Stopping …");
    this.#lesson.stopped = true;
    if (this.#lesson.id) await stop(this.#lesson.id); // or else as soon as it has a name
  }

  #hear(lesson, event, data) {
    if (event === "named") this.#named(lesson, data);
    else if (event === "begun") this.#started(data);
    else if (event === "stepped") this.#went("learning", data);
    else if (event === "checked") this.#checked(data);
    else if (event === "examining") this.#say("Learned. Now the test digits are read, once …");
    else if (event === "tested") this.tested = data;
    else if (event === "failed") this.#failed(lesson, data);
    else if (event === "ended") this.#ended(lesson, data);
  }

  #named(lesson, { id }) {
    lesson.id = id;
    if (lesson.stopped) stop(id);
  }

  #started({ digits, validation, shown }) {
    this.all = shown;
    this.#loss.begin(shown);
    this.#accuracy.begin(shown);
    part("training-progress").value = 0;
    this.#say(`It learns from ${digits.toLocaleString("en-GB")} digits and is judged by ${validation.toLocaleString("en-GB")} others.`);
  }

  #went(line, { shown, loss, accuracy }) {
    this.#loss.add(line, shown, loss);
    this.#accuracy.add(line, shown, accuracy);
    part("training-progress").value = shown / this.all;
  }

  #checked(data) {
    this.#went("validation", data);
    this.network = new TrainedNetwork(data.weights);
    this.#tour.network = this.network;
    this.checked = data;
    this.#drawKernels();
    this.#read();
    this.dispatchEvent(new Event("news"));
  }

  #failed(lesson, { message, hint }) {
    lesson.ended = true;
    this.#refused(`${message} ${hint}`);
  }

  #ended(lesson, { why }) {
    lesson.ended = true;
    const { accuracy, shown } = this.checked;
    this.#say(`${WHY[why]} ${shown.toLocaleString("en-GB")} shown, ${(100 * accuracy).toFixed(1)}\u202f% of the validation digits right. Draw at it, or go on to testing.`);
    this.dispatchEvent(new Event("tested"));
  }

  #read() {
    if (!this.network) return;
    const chances = this.network.probabilities(this.#tour.hand.picture);
    this.#show(chances);
    part("training-bars-words").textContent = `It takes the picture in hand for ${largest(chances)}. Draw another: it answers in this page, by itself.`;
  }

  #drawKernels() {
    const box = part("training-kernels");
    if (!this.network) return;
    const kernels = Array.from({ length: 8 }, (_, number) => this.network.kernel(number));
    while (box.children.length < kernels.length) box.append(element("canvas"));
    kernels.forEach((values, number) => {
      const canvas = box.children[number];
      if (canvas.width !== 48) [canvas.width, canvas.height] = [48, 48];
      paintMap(canvas.getContext("2d"), map(3, 3, values), 16, coloursOf(canvas), 0);
    });
    box.setAttribute("aria-label", `Its eight kernels. The first: ${kernels[0].map((value) => short(value)).join(", ")}`);
  }

  #running(on) {
    part("training-begin").setAttribute("aria-disabled", String(on));
    part("training-stop").setAttribute("aria-disabled", String(!on));
    document.body.toggleAttribute("data-training", on);
  }

  #say(words) {
    part("training-said").classList.remove("wrong");
    part("training-said").textContent = words;
  }

  #refused(words) {
    this.#say(words);
    part("training-said").classList.add("wrong");
  }
}
