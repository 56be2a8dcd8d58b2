// The card with an order's Stripe payments, as a person sees it who looks at the order: in both hosts it has the same roles
// and words.

const COLUMNS = ["payment", "status", "risk", "amount", "captured", "refunded"];

const TITLE = "Stripe payments";

function cardOn(page) {
  const card = page.getByRole("region", { name: TITLE });
  return {
    /** Resolves once the payments are there, with `{ payment, status, risk, amount, captured, refunded }` as shown. */
    async rows() {
      await card.getByRole("table").waitFor();
      const rows = await card.getByRole("row").filter({ hasText: /pi_/ }).all();
      return Promise.all(rows.map(rowOf));
    },
    headings: () => card.getByRole("columnheader").allInnerTexts(),
    links: () => card.getByRole("link"),
    alerts: () => card.getByRole("alert"),
    button: (name) => card.getByRole("button", { name }),
    count: () => card.count(),
  };
}

async function rowOf(row) {
  const cells = await row.getByRole("cell").allInnerTexts();
  return Object.fromEntries(COLUMNS.map((name, index) => [name, cells[index]?.trim()]));
}

/** Whether a colour, as the browser has computed it, is red: `rgb(190, 18, 60)`. */
function isRed(colour) {
  const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
  return red > 120 && red > 2 * green && red > 2 * blue;
}

/** The contrast of two opaque colours (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). */
function contrast(one, other) {
  const luminance = (colour) => {
    const [red, green, blue] = colour
      .match(/[\d.]+/g)
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

module.exports = { TITLE, cardOn, contrast, isRed };
