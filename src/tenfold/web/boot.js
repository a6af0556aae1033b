// Unpacks what lies in the page, networks and program, and starts it: packed with gzip, in base64, it takes a third less.

(async () => {
  try {
    const text = document.getElementById("packed").textContent.trim();
    const packed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    // Four bytes of length, that many of JSON, and the parts it tells the lengths of.
    let at = 4 + new DataView(bytes.buffer).getUint32(0, true);
    const { lengths, cards, budget } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, at)));
    const [program, model, gate] = lengths.map((length) => bytes.subarray(at, (at += length)));
    globalThis.tenfold = { model: { card: cards.model, bytes: model }, gate: { card: cards.gate, bytes: gate }, budget };
    const script = document.createElement("script");
    script.textContent = new TextDecoder().decode(program);
    document.body.append(script);
  } catch (error) {
    document.getElementById("sentence").textContent = "This browser is too old to read digits: bring it up to date.";
    throw error;
  }
})();
