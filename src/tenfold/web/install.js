// Where a host serves the page: tells browsers what cannot stand in the file, as it does not know where it will lie.

if (location.protocol.startsWith("http")) {
  const link = document.querySelector('link[rel="manifest"]');
  const [kind, text] = link.href.split(/,(.*)/s);
  // Addresses in a manifest count from its own, and that of a data: address leads nowhere.
  const here = location.origin + location.pathname;
  const manifest = { ...JSON.parse(decodeURIComponent(text)), id: here, start_url: here, scope: here };
  link.href = `${kind},${encodeURIComponent(JSON.stringify(manifest))}`;

  // iOS takes no drawing for an icon, and rounds the corners by itself.
  const icon = new Image();
  icon.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 180;
    const context = canvas.getContext("2d");
    context.fillStyle = "#b3391b";
    context.fillRect(0, 0, 180, 180);
    context.drawImage(icon, 0, 0, 180, 180);
    const touch = document.createElement("link");
    Object.assign(touch, { rel: "apple-touch-icon", href: canvas.toDataURL() });
    document.head.append(touch);
  };
  icon.src = document.querySelector('link[rel="icon"]').href;
}
