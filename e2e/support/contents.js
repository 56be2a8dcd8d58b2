// Whether anything in the database has changed. PostgreSQL's own counters are too late to tell: each connection reports when it
// is idle.

/** Resolves with a checksum of the rows of each table. */
async function contentsOf(postgres, tables) {
  const sums = {};
  for (const table of tables) {
    const sql = `SELECT md5(coalesce(string_agg(row::text, ',' ORDER BY row::text), '')) AS sum FROM "${table}" AS row`;
    [{ sum: sums[table] }] = await postgres.query(sql);
  }
  return sums;
}

module.exports = { contentsOf };
