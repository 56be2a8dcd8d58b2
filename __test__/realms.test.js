const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { Worker } = require("node:worker_threads");
const host = require("@medusajs/medusa/dist/interfaces/payment-processor");
const ours = require("medusa-payment-rs");
const link = require("medusa-payment-rs/link");
const load = require("medusa-payment-rs/load");
const addon = require("scripted-payments");
const { Manual, METHODS, Scripted, anyId, call, context } = require("./support/payments");
const { node, script } = require("./support/node");

describe("a test runner", () => {
  test("can run two test files in one worker", async () => {
    const { code, stderr } = await node([
      require.resolve("jest/bin/jest"),
      ...["--roots", "<rootDir>/__test__", "--runInBand", "--testRegex", "two-files/.*-file\\.js$"],
    ]);
    expect(stderr).toMatch(/Tests:\s+4 passed, 4 total/);
    expect(code).toBe(0);
  });

  test("can reset the modules, and the old class goes on beside the new one", async () => {
    jest.resetModules();
    const again = require("medusa-payment-rs");
    expect(again.AbstractPaymentProcessor).not.toBe(ours.AbstractPaymentProcessor);
    class Again extends again.AbstractPaymentProcessor {
      static identifier = "manual";
    }
    for (const processor of [new Manual({}), new Again({}), new Manual({})]) {
      expect(await processor.capturePayment({})).toStrictEqual({ status: "captured" });
      await expect(processor.capturePayment()).rejects.toBeInstanceOf(TypeError);
    }
    expect(new Again({})).not.toBeInstanceOf(ours.AbstractPaymentProcessor);
    expect(new Manual({})).toBeInstanceOf(host.AbstractPaymentProcessor);
    const hostAgain = require("@medusajs/medusa/dist/interfaces/payment-processor");
    expect(new Again({})).toBeInstanceOf(hostAgain.AbstractPaymentProcessor);
  });

  test("can reset the modules while a call is in flight", async () => {
    const slow = new Scripted({}, {}).capturePayment({ id: "pay_1", script: { capture_payment: "slow" } });
    jest.resetModules();
    require("scripted-payments");
    expect(await slow).toMatchObject({ last: "capture_payment" });
  });

  test("can fake the timers: they run in Rust", async () => {
    jest.useFakeTimers();
    try {
      expect(await new Manual({}).capturePayment({})).toStrictEqual({ status: "captured" });
      const hanging = new Scripted({}, { deadline_ms: 20 }).capturePayment({ script: { capture_payment: "hang" } });
      expect((await hanging).code).toBe("outcome_unknown");
    } finally {
      jest.useRealTimers();
    }
  });

  test("can isolate modules", async () => {
    let isolated;
    jest.isolateModules(() => {
      isolated = require("medusa-payment-rs");
    });
    class Isolated extends isolated.AbstractPaymentProcessor {
      static identifier = "manual";
    }
    expect(await new Isolated({}).cancelPayment({})).toStrictEqual({ status: "canceled" });
  });

  test("can take the methods of one class for another's instances no more than `this` allows", async () => {
    jest.resetModules();
    const again = require("medusa-payment-rs").AbstractPaymentProcessor.prototype;
    // Either answer would be right; a crash or a throw would not.
    const [answer] = await Promise.allSettled([again.capturePayment.call(new Manual({}), {})]);
    if (answer.status === "fulfilled") expect(answer.value).toStrictEqual({ status: "captured" });
    else expect(answer.reason).toHaveProperty("message", expect.stringContaining("this"));
  });

  describe.each(METHODS)("can spy on $name", ({ name, argumentsFor }) => {
    afterEach(() => jest.restoreAllMocks());
    const args = argumentsFor({ note: "x" });

    test("of the class", async () => {
      const expected = anyId(await new Manual({})[name](...args));
      const spy = jest.spyOn(ours.AbstractPaymentProcessor.prototype, name);
      expect(await new Manual({})[name](...args)).toStrictEqual(expected);
      expect(spy).toHaveBeenCalledTimes(1);
      expect(spy).toHaveBeenCalledWith(...args);
    });

    test("of the subclass", async () => {
      const spy = jest.spyOn(Manual.prototype, name).mockResolvedValue("mocked");
      expect(await new Manual({})[name](...args)).toBe("mocked");
      spy.mockRestore();
      expect(await new Manual({})[name](...args)).not.toBe("mocked");
    });

    test("of an instance", async () => {
      const manual = new Manual({});
      const expected = anyId(await manual[name](...args));
      const spy = jest.spyOn(manual, name);
      expect(await manual[name](...args)).toStrictEqual(expected);
      expect(spy).toHaveBeenCalledTimes(1);
    });
  });
});

describe("two addons", () => {
  test("stand side by side, each with its own processors", async () => {
    expect(ours.registeredIdentifiers).not.toContain("scripted");
    expect(addon.registeredIdentifiers).toStrictEqual(["scripted", "till"]);
    expect(addon.AbstractPaymentProcessor).not.toBe(ours.AbstractPaymentProcessor);
    for (const processor of [new Manual({}), new Scripted({}, {})]) {
      expect(processor).toBeInstanceOf(host.AbstractPaymentProcessor);
    }
    const [manual, scripted] = await Promise.all([
      new Manual({}).initiatePayment(context()),
      new Scripted({}, {}).initiatePayment(context()),
    ]);
    expect(manual.session_data.status).toBe("pending");
    expect(scripted.session_data.id).toBe("pay_cart_1");
  });

  test("do not know each other's identifiers", () => {
    class Ours extends ours.AbstractPaymentProcessor {
      static identifier = "scripted";
    }
    class Theirs extends addon.AbstractPaymentProcessor {
      static identifier = "manual";
    }
    expect(() => new Ours({})).toThrow(/registered: .*manual/);
    expect(() => new Theirs({})).toThrow(/registered: scripted, till/);
  });
});

describe("an addon of one's own", () => {
  class Till extends addon.AbstractPaymentProcessor {
    static identifier = "till";
  }

  test("may have several processors, each with its own options and books", async () => {
    const till = new Till({}, { limit: 500 });
    const scripted = new Scripted({}, {});
    expect(till).toBeInstanceOf(host.AbstractPaymentProcessor);
    expect(till.getIdentifier()).toBe("till");
    expect(await till.refundPayment({ id: "pay_1" }, 200)).toStrictEqual({ id: "pay_1", paid_out: 200 });
    expect(await scripted.refundPayment({ id: "pay_1" }, 200)).toMatchObject({ last: "refund_payment" });
    expect(() => new Till({}, { deadline_ms: 1 })).toThrow(/"till".*deadline_ms.*limit/);
    expect(() => new Scripted({}, { limit: 500 })).toThrow(/"scripted".*limit/);
  });

  test("may put a layer of its own around a processor, which decides before it is asked", async () => {
    const till = new Till({}, { limit: 501 });
    expect(await till.refundPayment({ id: "pay_1" }, 502)).toStrictEqual({
      error: "The till does not pay that out",
      code: "above_limit",
      detail: "502 is above 501.",
    });
    expect(await till.refundPayment({ id: "pay_1" }, 501)).toStrictEqual({ id: "pay_1", paid_out: 501 });
  });

  const built = path.join(path.dirname(require.resolve("scripted-payments")), "scripted-payments.node");

  describe("is looked for", () => {
    let folder;
    beforeEach(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), "addon-"));
      const manifest = { name: "@acme/pay", napi: { binaryName: "pay" } };
      fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
    });
    afterEach(() => fs.rmSync(folder, { recursive: true }));

    const { platform, arch } = process;
    const libc = process.report.getReport().header.glibcVersionRuntime ? "-gnu" : "-musl";
    const suffix = `${platform}-${arch}${{ linux: libc, win32: "-msvc" }[platform] ?? ""}`;

    test("in the package's folder", () => {
      fs.copyFileSync(built, path.join(folder, `pay.${suffix}.node`));
      expect(link(load(folder)).registeredIdentifiers).toStrictEqual(["scripted", "till"]);
    });

    test("in the package for the platform", () => {
      const installed = path.join(folder, "node_modules/@acme", `pay-${suffix}`);
      fs.mkdirSync(installed, { recursive: true });
      fs.writeFileSync(path.join(installed, "package.json"), JSON.stringify({ main: "pay.node" }));
      fs.copyFileSync(built, path.join(installed, "pay.node"));
      expect(link(load(folder)).registeredIdentifiers).toStrictEqual(["scripted", "till"]);
    });

    test("if it is missing, the error says what was looked for", () => {
      expect(() => load(folder)).toThrow(
        new RegExp(`@acme/pay has no addon.*pay\\.${suffix}\\.node.*@acme/pay-${suffix}`),
      );
    });

    /** As npm publishes it: with a package for each platform. */
    function publish(platforms) {
      const optionalDependencies = Object.fromEntries(platforms.map((name) => [`@acme/pay-${name}`, "1.0.0"]));
      const manifest = { name: "@acme/pay", napi: { binaryName: "pay" }, optionalDependencies };
      fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
    }

    function installPlatform(name, main, text) {
      const installed = path.join(folder, "node_modules/@acme", `pay-${name}`);
      fs.mkdirSync(installed, { recursive: true });
      fs.writeFileSync(path.join(installed, "package.json"), JSON.stringify({ main }));
      if (text !== undefined) fs.writeFileSync(path.join(installed, main), text);
    }

    const refusal = () => {
      try {
        load(folder);
      } catch (error) {
        return error;
      }
      throw new Error("it was loaded");
    };

    test("if its package was left out, the error says how it is installed", () => {
      publish([suffix, "aix-ppc64"]);
      const { message } = refusal();
      expect(message).toContain(`@acme/pay-${suffix} is not installed`);
      for (const cure of [
        "--omit=optional",
        "`npm install --include=optional`",
        "package-lock.json",
        "supportedArchitectures",
      ])
        expect(message).toContain(cure);
    });

    test("if another system's package is there, the error says that node_modules comes from there", () => {
      publish([suffix, "aix-ppc64"]);
      installPlatform("aix-ppc64", "pay.node", "");
      const { message } = refusal();
      expect(message).toContain(`@acme/pay-${suffix} is not installed, but @acme/pay-aix-ppc64 is`);
      expect(message).toMatch(/made on another system.*Docker: install in the image/s);
    });

    test("if it is not built, the error says how", () => {
      expect(refusal().message).toContain(`it is not built. Run \`npm run build\` in ${folder}.`);
    });

    test("if none is published for the platform, the error says to build it", () => {
      publish(["aix-ppc64"]);
      expect(refusal().message).toMatch(
        /published for other systems only \(@acme\/pay-aix-ppc64\)\. Build it from source/,
      );
    });

    test("if its package is there without the addon, the error says so", () => {
      publish([suffix]);
      installPlatform(suffix, "pay.node");
      const { message } = refusal();
      expect(message).toContain(`@acme/pay-${suffix} is there, but: Cannot find module`);
      expect(message).toContain("`npm install --include=optional`");
    });

    test("and where it cannot be loaded, the error says why, and has the cause", () => {
      fs.writeFileSync(path.join(folder, `pay.${suffix}.node`), "no addon");
      const error = refusal();
      expect(error.message).toMatch(new RegExp(`@acme/pay has no addon.*pay\\.${suffix}\\.node is there, but: `));
      expect(error.message).toContain(error.cause.message.replace(/\.$/, ""));
    });
  });

  test.each([
    ["nothing", undefined],
    ["something else", { link: "https://example.com" }],
  ])("is not %s", (_, exports) => {
    expect(() => link(exports)).toThrow(TypeError);
    expect(() => link(exports)).toThrow(/link expects the exports of an addon.*link\(load\(__dirname\)\)/);
  });

  test("built with a version that this one cannot link is told apart, with both versions", () => {
    const addon = require(built);
    const other = { ...addon, builtWith: () => ({ version: "9.8.7", protocol: addon.builtWith().protocol + 1 }) };
    const { version } = require("medusa-payment-rs/package.json");
    expect(() => link(other)).toThrow(
      `an addon that was built with version 9.8.7 of the crate cannot be linked by version ${version} of the npm package`,
    );
    expect(addon.builtWith().version).toBe(version);
  });
});

describe("a worker thread", () => {
  /** Starts `text` in a worker of this process, and resolves with its messages when it has ended by itself. */
  const inWorker = (text) =>
    new Promise((resolve, reject) => {
      const messages = [];
      const worker = new Worker(text, { eval: true });
      worker.on("message", (message) => messages.push(message));
      worker.once("error", reject);
      worker.once("exit", (code) => resolve({ code, messages }));
    });

  /** What is sent between threads belongs to the realm of Node itself. */
  const inThisRealm = (message) => JSON.parse(JSON.stringify(message));

  const work = `
    const { parentPort } = require("node:worker_threads");
    const { Manual, METHODS, call } = require("./__test__/support/payments");
    const host = require("@medusajs/medusa/dist/interfaces/payment-processor");
    (async () => {
      const manual = new Manual({});
      const answers = [];
      for (const { name } of METHODS) answers.push(await call(manual, name, { note: "x" }));
      const rejection = await manual.capturePayment().catch((error) => error instanceof TypeError);
      const ofHost = manual instanceof host.AbstractPaymentProcessor;
      parentPort.postMessage({ answers, rejection, ofHost });
    })();`;

  test("can call every method, and ends by itself", async () => {
    const answers = [];
    for (const { name } of METHODS) answers.push(await call(new Manual({}), name, { note: "x" }));
    const { code, messages } = await inWorker(work);
    expect(code).toBe(0);
    expect(messages.map(inThisRealm)).toStrictEqual([{ answers: answers.map(anyId), rejection: true, ofHost: true }]);
  });

  test("has both addons, each with its own processors", async () => {
    const { code, messages } = await inWorker(`
      const ours = require("medusa-payment-rs");
      const addon = require("scripted-payments");
      const host = require("@medusajs/medusa/dist/interfaces/payment-processor");
      const { Manual, Scripted } = require("./__test__/support/payments");
      (async () => {
        const both = [new Manual({}), new Scripted({}, {})];
        require("node:worker_threads").parentPort.postMessage({
          ofHost: both.map((processor) => processor instanceof host.AbstractPaymentProcessor),
          apart: [ours, addon].map(({ registeredIdentifiers }) => registeredIdentifiers.includes("scripted")),
          answers: await Promise.all(both.map((processor) => processor.cancelPayment({ id: "pay_1" }))),
        });
      })();`);
    expect(code).toBe(0);
    expect(messages.map(inThisRealm)).toStrictEqual([
      {
        ofHost: [true, true],
        apart: [false, true],
        answers: [
          { id: "pay_1", status: "canceled" },
          { id: "pay_1", last: "cancel_payment", moved: expect.any(Number) },
        ],
      },
    ]);
  });

  test("works beside others", async () => {
    const results = await Promise.all([inWorker(work), inWorker(work), new Manual({}).capturePayment({})]);
    for (const { code, messages } of results.slice(0, 2)) {
      expect({ code, messages: messages.length }).toStrictEqual({ code: 0, messages: 1 });
    }
    expect(results[2]).toStrictEqual({ status: "captured" });
  });

  test("comes and goes where the main thread never has the addon", async () => {
    const { code, stdout, stderr } = await script(`
      const { Worker } = require("node:worker_threads");
      const calls = \`
        const { Manual } = require("./__test__/support/payments");
        const manual = new Manual({});
        const data = { note: "x".repeat(3000) };
        Promise.all(Array.from({ length: 50 }, (_, call) => manual.retrievePayment({ ...data, id: "pay_" + call })))
          .then((answers) => require("node:worker_threads").parentPort.postMessage(answers.length));
      \`;
      const worker = () => new Promise((resolve, reject) => {
        let answers = 0;
        new Worker(calls, { eval: true })
          .on("message", (count) => (answers += count))
          .once("error", reject)
          .once("exit", () => resolve(answers));
      });
      (async () => {
        let answers = 0;
        for (let round = 0; round < 10; round++) {
          for (const some of await Promise.all([worker(), worker(), worker()])) answers += some;
        }
        console.log(answers);
      })();`);
    expect({ code, stdout, stderr }).toStrictEqual({ code: 0, stdout: "1500\n", stderr: "" });
  });

  test("can be terminated with a call in flight", async () => {
    const { code, stdout, stderr } = await script(`
      const { Worker } = require("node:worker_threads");
      const inFlight = \`
        const { Manual, Scripted } = require("./__test__/support/payments");
        const data = { id: "pay_1", script: { capture_payment: "slow" } };
        for (let call = 0; call < 20; call++) new Scripted({}, {}).capturePayment({ ...data, id: "pay_" + call });
        require("node:worker_threads").parentPort.postMessage("in flight");
      \`;
      const { Scripted } = require("./__test__/support/payments");
      (async () => {
        for (let round = 0; round < 5; round++) {
          const worker = new Worker(inFlight, { eval: true });
          await new Promise((resolve) => worker.once("message", resolve));
          await worker.terminate();
        }
        const answer = await new Scripted({}, {}).capturePayment({ id: "x", script: { capture_payment: "slow" } });
        console.log(answer.last);
      })();`);
    expect({ code, stdout, stderr }).toStrictEqual({ code: 0, stdout: "capture_payment\n", stderr: "" });
  });

  test("can be terminated when it has never called", async () => {
    const { code, stdout } = await script(`
      const { Worker } = require("node:worker_threads");
      const worker = new Worker(\`
        const { Manual } = require("./__test__/support/payments");
        new Manual({});
        require("node:worker_threads").parentPort.on("message", () => {}).postMessage("ready");
      \`, { eval: true });
      worker.once("message", () => worker.terminate().then((code) => console.log("terminated", code)));`);
    expect({ code, stdout }).toStrictEqual({ code: 0, stdout: "terminated 1\n" });
  });
});

describe("an ECMAScript module", () => {
  test("imports the names, and all of them as the default", async () => {
    const { code, stdout, stderr } = await node([path.join(__dirname, "support/esm.mjs")]);
    expect({ code, stderr }).toStrictEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toStrictEqual({
      names: Object.keys(ours).sort(),
      same: true,
      linked: "function",
      captured: { status: "captured" },
    });
  });
});

describe("a process", () => {
  const start = `
    const { Manual, Scripted } = require("./__test__/support/payments");
    const slow = (id) => new Scripted({}, {}).capturePayment({ id, script: { capture_payment: "slow" } });
    const print = (answer) => console.log(answer.status ?? answer.last ?? answer.code);`;

  test.each([
    ["after no call", "new Manual({});", ""],
    ["after a call", "new Manual({}).capturePayment({}).then(print);", "captured\n"],
    ["after a rejection", "new Manual({}).capturePayment().catch(() => console.log('rejected'));", "rejected\n"],
    ["no sooner than a slow call is answered", "slow('pay_1').then(print);", "capture_payment\n"],
    ["no sooner than a call without a waiting caller is answered", "slow('pay_1');", ""],
    [
      "no sooner than the last of many calls is answered",
      "slow('pay_1').then(print); new Manual({}).capturePayment({}).then(print);",
      "captured\ncapture_payment\n",
    ],
    [
      "no sooner than a call that hangs has run out of time",
      "new Scripted({}, { deadline_ms: 50 }).capturePayment({ script: { capture_payment: 'hang' } }).then(print);",
      "outcome_unknown\n",
    ],
    [
      "after calls one after another, with pauses",
      "slow('pay_1').then(print).then(() => setImmediate(() => setImmediate(() => slow('pay_2').then(print))));",
      "capture_payment\ncapture_payment\n",
    ],
    ["at once when it is told to, with a call in flight", "slow('pay_1').then(print); process.exit();", ""],
  ])("ends by itself %s", async (_, text, expected) => {
    const { code, signal, stdout, stderr } = await script(start + text);
    expect({ code, signal, stdout, stderr }).toStrictEqual({ code: 0, signal: null, stdout: expected, stderr: "" });
  });

  test.each(["1", "8", ""])("may have %p worker threads", async (workers) => {
    const calls = `${start} new Manual({}).capturePayment({}).then(print);`;
    const { stdout } = await script(calls, { env: { MEDUSA_PAYMENT_RS_WORKERS: workers } });
    expect(stdout).toBe("captured\n");
  });

  test("hears which setting is wrong", async () => {
    const calls = `${start} new Manual({}).capturePayment({}).catch(({ message }) => console.log(message));`;
    const { stdout } = await script(calls, { env: { MEDUSA_PAYMENT_RS_WORKERS: "many" } });
    expect(stdout).toMatch(/capturePayment.*MEDUSA_PAYMENT_RS_WORKERS.*"many"/);
  });

  test("that leaves a rejection unhandled hears of it as of any other", async () => {
    const { code, stderr } = await script(`${start} new Manual({}).capturePayment();`);
    expect(code).toBe(1);
    expect(stderr).toContain("capturePayment");
  });
});

test("realms are collected when they are not used any more, and not while a call is in flight", async () => {
  const { code, stdout, stderr } = await node(["--expose-gc", path.join(__dirname, "support/realms-collected.js")]);
  expect({ code, stderr }).toStrictEqual({ code: 0, stderr: "" });
  const { left, ...counted } = JSON.parse(stdout);
  expect(counted).toStrictEqual({ opened: 20, answeredInTime: 10, answeredLate: 10 });
  // V8 may hold on to the last one or two; all would be left if the addon held on to them.
  expect(left).toBeLessThanOrEqual(2);
});

test("an answer that nothing uses any more does not wait for a full collection", async () => {
  // V8 makes none by itself with a heap of this size.
  const flags = ["--expose-gc", "--initial-heap-size=256"];
  const { code, stdout, stderr } = await node([...flags, path.join(__dirname, "support/answers-collected.js")]);
  expect({ code, stderr }).toStrictEqual({ code: 0, stderr: "" });
  // Of some 5,000 bytes that an answer takes.
  expect(Number(stdout)).toBeLessThan(1_000);
});
