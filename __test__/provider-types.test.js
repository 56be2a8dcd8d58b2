// The declarations in projects with one host or none: what is installed decides on what an import of a host's finds.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { node } = require("./support/node");
const { inMedusa2 } = require("./support/medusa2");

const PACKAGE = "node_modules/medusa-payment-rs";
const TSC = require.resolve("typescript/bin/tsc");

let project;
beforeEach(() => {
  project = fs.mkdtempSync(path.join(os.tmpdir(), "types-"));
  // A copy: from a link TypeScript would look for the hosts where it leads to.
  fs.cpSync(PACKAGE, path.join(project, PACKAGE), { recursive: true, filter: (file) => !file.endsWith(".node") });
  link(path.resolve("node_modules/@types/node"), "@types/node");
});
afterEach(() => fs.rmSync(project, { recursive: true, force: true }));

function link(target, name) {
  const file = path.join(project, "node_modules", name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.symlinkSync(target, file);
}

const tsc = (...args) => node([TSC, "-p", "tsconfig.json", ...args], { cwd: project, limitMs: 120_000 });

test("every signature is Medusa 2's own, and a subclass in TypeScript compiles", async () => {
  link(inMedusa2("@medusajs/framework"), "@medusajs/framework");
  fs.cpSync(path.join(__dirname, "types-medusa2"), path.join(project, "tests"), { recursive: true });
  fs.cpSync(path.join(__dirname, "types/equal.ts"), path.join(project, "types/equal.ts"));
  // As `.ts` files the declarations are checked too: Medusa's own, which `skipLibCheck` leaves out, do not compile.
  for (const name of ["index", "link"]) {
    fs.copyFileSync(path.join(PACKAGE, `${name}.d.ts`), path.join(project, `types/${name}.ts`));
  }
  fs.renameSync(path.join(project, "tests/tsconfig.json"), path.join(project, "tsconfig.json"));
  expect(await tsc()).toStrictEqual({ code: 0, signal: null, stdout: "", stderr: "" });
}, 150_000);

test("the declarations of a package that is made with this one are Medusa 2's", async () => {
  link(inMedusa2("@medusajs/framework"), "@medusajs/framework");
  const paypal = "node_modules/medusa-payment-rs-paypal";
  fs.cpSync(paypal, path.join(project, paypal), { recursive: true, filter: (file) => !file.endsWith(".node") });
  // As `.ts` files they are checked too, which `skipLibCheck` leaves out.
  fs.copyFileSync(path.join(paypal, "index.d.ts"), path.join(project, "index.ts"));
  fs.copyFileSync(path.join(paypal, "v2/index.d.ts"), path.join(project, "v2.ts"));
  fs.copyFileSync(path.join(__dirname, "types-medusa2/tsconfig.json"), path.join(project, "tsconfig.json"));
  fs.writeFileSync(
    path.join(project, "store.ts"),
    `import type { IPaymentProvider, ModuleProviderExports } from "@medusajs/framework/types";
    import { AbstractPaymentProvider, type PayPalOptions } from "medusa-payment-rs-paypal";
    import entry from "medusa-payment-rs-paypal/v2";

    const options: PayPalOptions = { client_id: "id", client_secret: "secret", capture: true };
    class PayPal extends AbstractPaymentProvider {
      static identifier = "paypal";
    }
    export const module: ModuleProviderExports = entry;
    export const services: unknown[] = entry.services;
    export const provider: IPaymentProvider = new PayPal({}, options);
    // @ts-expect-error: it is not a module of another kind
    export const wrong: IPaymentProvider = entry;
    // @ts-expect-error: an option that does not exist
    new PayPal({}, { clientID: "id" });
    // @ts-expect-error: a refund has an amount
    provider.refundPayment({});`,
  );
  expect(await tsc()).toStrictEqual({ code: 0, signal: null, stdout: "", stderr: "" });
}, 150_000);

test("no declaration needs a host, even if those of packages are checked", async () => {
  const { compilerOptions } = JSON.parse(fs.readFileSync(path.join(__dirname, "types-medusa2/tsconfig.json"), "utf8"));
  fs.writeFileSync(path.join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  fs.writeFileSync(
    path.join(project, "classes.ts"),
    `import { AbstractPaymentProcessor, AbstractPaymentProvider } from "medusa-payment-rs";
    import link from "medusa-payment-rs/link";
    import load from "medusa-payment-rs/load";
    import { runContract } from "medusa-payment-rs/testing";
    import { routes } from "medusa-payment-rs/webhook";
    import { StripeBase, type PaymentIntentOptions } from "medusa-payment-rs/stripe/base";

    class Klarna extends StripeBase {
      static identifier = "stripe-klarna";
      constructor(container: Record<string, unknown>, options: Record<string, unknown>) {
        super(container, options);
      }
      get paymentIntentOptions(): PaymentIntentOptions {
        return { payment_method_types: ["klarna"], capture_method: this.options_.capture ? "automatic" : "manual" };
      }
    }
    // @ts-expect-error: it is a number
    export const saved: number = new Klarna({}, {}).retrieveSavedMethods({});

    class One extends AbstractPaymentProcessor {
      static identifier = "manual";
    }
    class Two extends AbstractPaymentProvider {
      static identifier = "manual";
      async capturePayment(input: { data?: Record<string, unknown> }) {
        return super.capturePayment(input);
      }
    }
    export default [new Klarna({}, {}), new One({}), new Two({}), link(load(__dirname)), runContract, routes];`,
  );
  const { code, stdout } = await tsc("--skipLibCheck", "false");
  expect({ code, stdout }).toStrictEqual({ code: 0, stdout: "" });
}, 150_000);
