// What a page is asked to do; the twin of plan.py for browsers. The page is loaded twice: `part` 1 and 2.
const SLICES = 10
plan.part = Number(new URLSearchParams(location.search).get('part'))
const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** The calls of this part's half of the burst, spread over half of `plan.seconds`. */
async function pace(call, done) {
  const half = Math.ceil(plan.burst / 2)
  const from = plan.part === 1 ? 0 : half
  const to = plan.part === 1 ? half : plan.burst
  const share = Math.ceil((to - from) / SLICES)
  for (let start = from; start < to; start += share) {
    for (let i = start; i < Math.min(start + share, to); i++) call(plan.first + done + i)
    await pause((plan.seconds * 500) / SLICES)
  }
  window.made = plan.first + done + to
}
