// The piece of a screenshot that differs from the one before, as a WebP; null where nothing does.
async ([before, after, quality]) => {
  const load = async (text) => createImageBitmap(await (await fetch("data:image/png;base64," + text)).blob());
  const now = await load(after);
  const canvas = new OffscreenCanvas(now.width, now.height);
  const draw = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  const pixels = (image) => (draw.drawImage(image, 0, 0), new Uint32Array(draw.getImageData(0, 0, now.width, now.height).data.buffer));
  let [left, top, right, bottom] = [0, 0, now.width, now.height];
  if (before) {
    const old = pixels(await load(before)), made = pixels(now);
    [left, top, right, bottom] = [now.width, now.height, 0, 0];
    for (let y = 0, at = 0; y < now.height; y++)
      for (let x = 0; x < now.width; x++, at++)
        if (old[at] !== made[at]) {
          left = Math.min(left, x), right = Math.max(right, x + 1);
          top = Math.min(top, y), bottom = Math.max(bottom, y + 1);
        }
    if (right <= left) return null;
    left -= left % 2, top -= top % 2;
  }
  const piece = new OffscreenCanvas(right - left, bottom - top);
  piece.getContext("2d", { alpha: false }).drawImage(now, -left, -top);
  const bytes = new Uint8Array(await (await piece.convertToBlob({ type: "image/webp", quality })).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return { left, top, width: right - left, height: bottom - top, still: btoa(text) };
}
