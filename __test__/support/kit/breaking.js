// Ways to make one decision of a reference wrong, for the mutants of both hosts.

const METHODS = require("./methods");

/** The ways, for the mutants of this reference. */
function breaking(Base) {
  /** The reference with other methods: `change(original)` gets the reference's own. */
  function having(change) {
    class Mutant extends Base {}
    const original = Base.prototype;
    Object.assign(Mutant.prototype, change(original));
    return Mutant;
  }

  /** The answer of one payment method is another. `wrong(answer, args, processor)` */
  const answering = (method, wrong) =>
    having((original) => ({
      async [method](...args) {
        return wrong(await original[method].apply(this, args), args, this);
      },
    }));

  /** A payment method rejects where `when` says so. */
  const rejecting = (method, when) =>
    having((original) => ({
      async [method](...args) {
        if (when(...args)) throw new TypeError("Cannot read properties of undefined");
        return original[method].apply(this, args);
      },
    }));

  const patient = (method) =>
    having((original) => ({
      bounded(asked, reply) {
        return asked === method ? reply : original.bounded.call(this, asked, reply);
      },
    }));

  /** Only the instance whose reply was lost finds out that it is done. */
  const forgetful = (method) =>
    having((original) => ({
      async ask(asked, action, details) {
        try {
          return await original.ask.call(this, asked, action, details);
        } catch (error) {
          if (error.kind === "lost") (this.lost ??= new Set()).add(details.id);
          throw error;
        }
      },
      wasDone(asked, id, error) {
        if (asked === method && !this.lost?.has(id)) throw error;
      },
    }));

  /** The key says how often this instance was refused: another one begins with a key under which that is replayed. */
  const believing = (method) =>
    having((original) => ({
      async askOnce(asked, action, { key, ...details }) {
        if (asked !== method) return original.askOnce.call(this, asked, action, { key, ...details });
        this.refusals ??= new Map();
        const refusals = this.refusals.get(key) ?? 0;
        try {
          return await this.ask(asked, action, { ...details, key: `${key} after ${refusals} refusals` });
        } catch (error) {
          if (error.kind === "refused") this.refusals.set(key, refusals + 1);
          throw error;
        }
      },
    }));

  /** What is done already is an error. */
  const doubtful = (method) =>
    having(() => ({
      wasDone(asked, _id, error) {
        if (asked === method) throw error;
      },
    }));

  /** Two calls at once do not know of each other. */
  const crowded = {
    async inTurn(_id, work) {
      return work();
    },
  };

  /** Holds or takes the money once more where a second call comes while the first is under way. */
  const doubling = (method, member) =>
    having((original) => ({
      ...crowded,
      async [method](input, ...args) {
        this.under = (this.under ?? 0) + 1;
        try {
          const { id } = input.data ?? input;
          if (this.under > 1) this.bank.payment(id)[member] += 1000;
          return await original[method].call(this, input, ...args);
        } finally {
          this.under -= 1;
        }
      },
      wasDone() {},
    }));

  return { having, answering, rejecting, patient, forgetful, believing, doubtful, crowded, doubling };
}

/** As the kit names an operation in the id of a check. */
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `{ "<family>-<operation>": mutant }` for each of the operations. */
const family = (name, operations, mutant) =>
  Object.fromEntries(operations.map((operation) => [`${name}-${kebab(operation)}`, mutant(METHODS[operation])]));

module.exports = { breaking, family };
