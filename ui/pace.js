// The time of a subject in the browser: it passes while nobody has paused it, whatever else the page draws meanwhile.

const LOOK = 100; // ms between two looks at the clock
const paces = new WeakMap(); // host element -> what passes there

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".gradcore-pace");
  const pace = paces.get(host) ?? { spent: 0 };
  paces.set(host, pace);
  if (pace.subject !== data.subject) Object.assign(pace, { subject: data.subject, spent: 0, told: false });
  Object.assign(pace, { host, seconds: data.seconds, paused: data.paused, trigger: setTriggerValue });
  if (!pace.timer) {
    pace.before = performance.now();
    pace.timer = setInterval(() => look(pace), LOOK);
  }
  show(pace);
  return () => host.isConnected || stop(pace);
}

function look(pace) {
  const now = performance.now();
  if (!pace.paused) pace.spent += (now - pace.before) / 1000;
  pace.before = now;
  if (!pace.host.isConnected) return stop(pace);
  show(pace);
  if (pace.spent < pace.seconds || pace.told) return;
  pace.told = true;
  pace.trigger("elapsed", pace.subject);
}

function stop(pace) {
  clearInterval(pace.timer);
  pace.timer = undefined;
}

function show({ host, spent, seconds }) {
  host.firstElementChild.style.width = `${Math.min(100, (100 * spent) / seconds)}%`;
}
