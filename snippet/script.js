/* Footfall's snippet: tells the site's own collector what was viewed. At most 1,000 bytes gzip, minified.
 *
 * Reads nothing from the device's storage and writes nothing to it. Each request carries a page's address (query cut
 * to an allow-list), where the document came from, and counts; no identifier of any kind.
 *
 * One handler does all the work, because a function costs about six bytes of the thousand. It runs at every move of a
 * single-page site, when the page is hidden, shown or left, on clicks and submits, and once a second. The once-a-second
 * beat counts seconds in use rather than computing them from clocks, so a sleeping laptop adds none; and it sees what
 * nobody tells of: a page that the back button restored, a path that was replaced.
 * The order of declarations, keys, names and alternatives is the one that packs best (it is worth 20 bytes); the build
 * refuses to go over the limit.
 */
try {
  // `shown` is what was last counted: nothing yet, a place, or 1 once the page was left. `engaged` is in seconds;
  // `bottom` is the lowest pixel seen, `depth` the lowest that was reported.
  let address, bottom, engaged, shown, depth
  let here = location
  let page = document
  let script = page.currentScript
  let options = script.dataset

  // A host without a dot before a letter is localhost, a bare name, an IP address, or a file's empty host.
  let silent = here.hash == '#footfall-ignore' || options.local == null && !/\.\D/.test(here.host) || navigator.globalPrivacyControl
  let original = history.pushState

  // `fetch` with keepalive outlives the page, and unlike `sendBeacon` it sends no cookie to another origin. A text body
  // needs no preflight. A request that fails is not the page's problem, so both outcomes end the same way. Awaited even
  // when silent: a callback never runs inside the call, where the queue below would lose the events that it adds.
  let send = async (name, values) => {
    try {
      await (silent || fetch(options.api || new URL('/api/event', script.src), {
        body: JSON.stringify({ b: navigator.webdriver, n: name, d: options.domain, u: address, h: +options.hash, ...values }),
        method: 'POST',
        keepalive: 1
      }))
    } catch {}
    values?.callback?.()
  }

  // Called with an event, or with 1 where there is none; `beat` is set once a second.
  let handle = ({ target, type }, beat) => {
    let fragment = options.hash ? here.hash : ''
    let tagged = target?.closest?.('[data-footfall-event]')
    let name
    let link = target?.closest?.('a')
    let place = here.pathname + fragment
    let props = {}

    // A page counts when somebody can see it: prerendered and background pages are hidden until then.
    let moved = shown != place && !page.hidden

    // 1. Before a move, and when the page is hidden or left: report what was not reported yet, under the old address.
    // `pagehide` as well, because Safari does not always fire `visibilitychange` when a link is followed. The height is
    // read now, so a page that grew while it loaded is measured as it is.
    if ((moved || target == page) && (engaged > 2 || bottom > depth)) {
      send('engagement', { e: engaged * 1e3, sd: 100 * (depth = bottom) / page.documentElement.scrollHeight | 0 })
      engaged = 0
    }

    // 2. A new view. Leaving forgets the place: if the page comes back from the back/forward cache, it is viewed anew.
    // (`pagehide` comes before the page turns hidden, so it must not look like a move.)
    if (type == 'pagehide') shown = 1
    else if (moved) {
      // The canonical link and the referrer speak of the document as it was loaded. A single-page site seldom updates
      // its canonical link in time, and where a visit came from is decided by its first event. A referrer's query stays
      // behind: it may hold what was typed on the page before.
      address = (!shown && page.querySelector('[rel=canonical]')?.href.match('^' + here.origin + '/[^?#]*') || here.origin + here.pathname) + '?' +
        here.search.slice(1).split('&').flatMap(pair => pair.match('^\\w+id=|^(?:utm_.+|source|via|ref|' + options.query + ')=.*') || []).join('&') + fragment
      send('pageview', { r: shown ? '' : page.referrer.split('?')[0], w: innerWidth })
      shown = place
      'footfall plausible'.split(' ').map(name => {
        self[name]?.q?.map(values => send(...values))
        self[name] = send
      })
      engaged = depth = bottom = 0
    }

    // 3. The beat: one more second in use; at loading a second begun counts, so that the shortest look has its scroll
    // depth. A visible window beside the one being typed in is not in use.
    if (beat && page.hasFocus() && !page.hidden) {
      engaged++
      bottom = Math.max(innerHeight + scrollY, bottom)
    }

    // 4. A click or a submit: one event at most. The site's own tag wins over the link's kind. Only a form has `submit`.
    if (tagged && !tagged.submit ^ type == 'submit') {
      [...tagged.attributes].map(attribute => /^data-footfall-/.test(attribute.name) && (props[attribute.name.slice(14)] = attribute.value));
      ({ event: name, ...props } = props)
    } else if (link?.host) {
      // Host and path only: a query may hold what the visitor typed. `mailto:` and `tel:` have no host.
      name = /\.(pdf|dmg|zip|csv|exe|(doc|xls|ppt)x?)$/i.test(props.url = link.host + link.pathname) ? 'File Download' : link.host != here.host && 'Outbound Link: Click'
    }
    if (name) send(name, { props })
  }

  handle(1, 1)
  setInterval(handle, 1e3, 1, 1)
  // Capturing, so that a page's own stopPropagation hides nothing. `popstate` is a single-page site's back and forward;
  // Chromium calls the window's own listeners in the order they came, so an older one of the page is still before us.
  'pagehide popstate submit click visibilitychange'.split(' ').map(type => addEventListener(type, handle, 1))
  // No event tells of `pushState` in the browsers of 2021 (the Navigation API came to Safari and Firefox years later), so
  // it is wrapped. `replaceState` is not: routers call it in `pagehide`, to keep the scroll position, when a handler that
  // looks at once would take the leaving page for one that came back; and an address that is replaced right away was a
  // redirect, not a page. A path that stays replaced is a move to the next beat.
  history.pushState = (...values) => handle(original.apply(history, values) || 1)
} catch {
  // Without a script element of its own (a module) there is nothing to count for, and nothing to break.
}
