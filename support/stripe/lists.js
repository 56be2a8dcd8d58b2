// Lists and their pages: newest first. https://stripe.com/docs/api/pagination

const { notFound } = require("./errors");

const DEFAULT_LIMIT = 10;

/** `objects` are in the order of their making. A cursor may be any of them, also one that is filtered out. */
function page({ what, url, objects, filter = () => true }, { limit = DEFAULT_LIMIT, ...cursors }) {
  const newestFirst = objects.toReversed();
  const after = place(newestFirst, cursors, "starting_after", what);
  const before = place(newestFirst, cursors, "ending_before", what);
  const candidates = newestFirst.slice((after ?? -1) + 1, before).filter(filter);
  // Backwards, the page is the one that ends just before the cursor.
  const backwards = before !== undefined && after === undefined;
  const data = backwards ? candidates.slice(-limit) : candidates.slice(0, limit);
  return { object: "list", data, has_more: candidates.length > data.length, url };
}

function place(objects, cursors, param, what) {
  const id = cursors[param];
  if (id === undefined) return undefined;
  const index = objects.findIndex((object) => object.id === id);
  if (index === -1) throw notFound(what, id, { param, status: 400 });
  return index;
}

module.exports = { page };
