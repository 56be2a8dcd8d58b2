// Who may log in to the admin API and the dashboard of a store that lives for a minute.

const OPERATOR = { email: "operator@example.com", password: "mugs-and-parcels" };

module.exports = { OPERATOR };
