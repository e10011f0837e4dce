// An officer at the console in a real browser: the first sign-in, then the refer path by keys. Tells what it sees
// as lines on standard output; the test drives the vehicles. Settings come by environment: GATE_CONSOLE (the page),
// GATE_NAME, GATE_INVITE, GATE_PASSWORD, GATE_LANE, GATE_PLATE (what the officer reads), GATE_SHOTS (a folder).
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const set = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const tell = (line) => console.log(line);
const PATIENCE_MS = 40_000;

const program = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
if (!program) throw new Error("chromium is not installed; ./gate doctor tells how to mend it");
const browser = await chromium.launch({
  executablePath: program,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
// The certificate is signed by the test site's own authority, which Chromium does not know.
const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 }, locale: "vi-VN" });
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE_MS);
const troubles = [];
page.on("pageerror", (error) => troubles.push(`page: ${error.message}`));
page.on("console", (said) => {
  if (said.type() === "error" && /Content Security Policy/.test(said.text())) troubles.push(said.text());
});
const shots = set("GATE_SHOTS");
mkdirSync(shots, { recursive: true });
const shot = (name) => page.screenshot({ path: join(shots, `${name}.png`) });
const lane = set("GATE_LANE");
const tile = (tone) => page.locator(`.tile.${tone}`, { hasText: lane });

async function firstSignIn() {
  await page.goto(set("GATE_CONSOLE"));
  await page.locator("button.link").click();
  await page.locator("input[name=name]").fill(set("GATE_NAME"));
  await page.locator("input[name=invite]").fill(set("GATE_INVITE"));
  await page.locator("input[name=password]").fill(set("GATE_PASSWORD"));
  await page.locator("input[name=again]").fill(set("GATE_PASSWORD"));
  await page.keyboard.press("Enter");
  await page.locator(".tile", { hasText: lane }).click();
  await shot("1-signed-in");
}

async function correctAndOpen() {
  await tile("wait").waitFor();
  await shot("2-waits");
  await page.keyboard.press("e");
  await page.locator("dialog.correct .plate-input").fill(set("GATE_PLATE"));
  await page.keyboard.press("Enter");
  await page.locator(".corrected").waitFor();
  // A lane whose barrier reads its limits anew refuses; an officer asks again.
  for (let tries = 1; ; tries += 1) {
    await page.keyboard.press("o");
    await page.locator("dialog.open").waitFor();
    if (tries === 1) await shot("3-opens");
    await page.keyboard.press("Enter");
    const goes = tile("go").waitFor({ timeout: 8_000 });
    if (await goes.then(() => true, (why) => tries >= 6 && Promise.reject(why))) break;
  }
  await shot("4-goes");
}

async function refuse() {
  await tile("wait").waitFor();
  await page.keyboard.press("r");
  await page.locator("dialog.refuse").waitFor();
  await page.keyboard.press("Enter");
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.waitForTimeout(700);
  await shot("5-refused");
}

async function stop() {
  await tile("calm").waitFor();
  await page.keyboard.press("F9");
  await tile("fault").waitFor();
  await shot("6-stopped");
}

try {
  await firstSignIn();
  tell("signed in");
  await correctAndOpen();
  tell("opened");
  await tile("calm").waitFor();
  tell("next");
  await refuse();
  tell("refused");
  await stop();
  tell("stopped");
  if (troubles.length > 0) throw new Error(troubles.join("; "));
} catch (error) {
  await shot("9-trouble").catch(() => undefined);
  console.error(error);
  console.error(await page.locator("body").innerText().catch(() => ""));
  process.exitCode = 1;
} finally {
  await browser.close();
}
