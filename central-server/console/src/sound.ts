/** The sound for a vehicle that waits: two soft tones; three after a minute. */

let context: AudioContext | null = null;

/** Browsers give sound only after a key or a click: called on each. */
export function allowSound(): void {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume();
  } catch {
    context = null;
  }
}

/** Whether the browser lets us sound. */
export const soundAllowed = (): boolean => context?.state === "running";

export function attention(urgent: boolean): void {
  const sound = context;
  if (sound?.state !== "running") return;
  const tones = urgent ? [660, 660, 880] : [523, 659];
  tones.forEach((hertz, n) => {
    tone(sound, hertz, n * 0.28);
  });
}

function tone(sound: AudioContext, hertz: number, after: number): void {
  const at = sound.currentTime + after;
  const [source, volume] = [sound.createOscillator(), sound.createGain()];
  source.type = "sine";
  source.frequency.value = hertz;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.25, at + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.24);
  source.connect(volume).connect(sound.destination);
  source.start(at);
  source.stop(at + 0.26);
}
