/** Something that the user can put right. Anything else that is thrown is a fault of ours. */
class Complaint extends Error {
  isComplaint = true;
}

module.exports = { Complaint };
