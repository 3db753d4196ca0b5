/* Footfall's snippet: tells the site's own collector what was viewed. At most 1,000 bytes gzip, minified.
 *
 * Reads nothing from the device's storage and writes nothing to it. Each request carries a page's address (query cut
 * to an allow-list), where the document came from, and counts; no identifier of any kind.
 *
 * One handler does all the work, because a function costs about six bytes of the thousand. It runs when the page is
 * hidden, shown or left, on clicks and submits, and once a second. The once-a-second beat is what keeps this small and
 * right: seconds in use are counted, not computed from clocks, so a sleeping laptop adds none; a single-page site's
 * moves are seen without touching its `history`; a page restored by the back button is a new view at the first beat.
 * The order of declarations and keys is the one that packs best; the build refuses to go over the limit.
 */
try {
  let page = document
  let here = location
  let script = page.currentScript
  let options = script.dataset

  // A host without a dot before a letter is localhost, a bare name, an IP address, or a file's empty host.
  let silent = navigator.globalPrivacyControl || here.hash == '#footfall-ignore' || options.local == null && !/\.\D/.test(here.host)

  // `shown` is what was last counted: nothing yet, a place, or 1 once the page was left.
  let engaged, address, bottom, depth, shown

  // `fetch` with keepalive outlives the page, and unlike `sendBeacon` it sends no cookie to another origin. A text body
  // needs no preflight. A request that fails is not the page's problem, so both outcomes end the same way.
  let send = (name, values) => {
    let done = () => values?.callback?.()
    silent ? done() : fetch(options.api || new URL('/api/event', script.src), {
      method: 'POST',
      keepalive: 1,
      body: JSON.stringify({ h: +options.hash, d: options.domain, b: navigator.webdriver, u: address, n: name, ...values })
    }).then(done, done)
  }

  // Called with {} by the beat and with an event otherwise.
  let handle = ({ target, type }) => {
    let fragment = options.hash ? here.hash : ''
    let place = here.pathname + fragment

    // A page counts when somebody can see it: prerendered and background pages are hidden until then.
    let moved = shown != place && !page.hidden

    // 1. Before a move, and when the page is hidden or left: report what was not reported yet, under the old address.
    // The height is read now, so a page that grew while it loaded is measured as it is.
    if (moved || target == page) {
      let percent = 100 * bottom / page.documentElement.scrollHeight | 0
      if (engaged > 2e3 || percent > depth) {
        send('engagement', { e: engaged, sd: depth = percent })
        engaged = 0
      }
    }

    // 2. A new view. Leaving forgets the place: if the page comes back from the back/forward cache, it is viewed anew.
    // (`pagehide` comes before the page turns hidden, so it must not look like a move.)
    if (type == 'pagehide') shown = 1
    else if (moved) {
      // The canonical link and the referrer speak of the document as it was loaded. A single-page site seldom updates
      // its canonical link in time, and where a visit came from is decided by its first event. A referrer's query stays
      // behind: it may hold what was typed on the page before.
      address = (!shown && page.querySelector('[rel=canonical]')?.href.match(`^${here.origin}/[^?#]*`) || here.origin + here.pathname) + '?' +
        here.search.slice(1).split('&').flatMap(pair => pair.match(`^(?:utm_.+|ref|source|via|${options.query})=.*|^\\w+id=`) || []).join('&') + fragment
      bottom = depth = engaged = 0
      send('pageview', { w: innerWidth, r: shown ? '' : page.referrer.split('?')[0] })
      shown = place
      for (let name of ['footfall', 'plausible']) {
        let early = self[name]?.q
        self[name] = send
        early?.map(values => send(...values))
      }
    }

    // 3. The beat: one more second in use; a second begun counts, so that the shortest look has its scroll depth.
    // A visible window beside the one being typed in is not in use.
    if (!target && !page.hidden && page.hasFocus()) {
      engaged += 1e3
      bottom = Math.max(bottom, scrollY + innerHeight)
    }

    // 4. A click or a submit: one event at most. The site's own tag wins over the link's kind. Only a form has `submit`.
    let tagged = target?.closest?.('[data-footfall-event]')
    let link = target?.closest?.('a')
    let props = {}
    let name
    if (tagged && !tagged.submit == (type != 'submit')) {
      for (let attribute of tagged.attributes) if (/^data-footfall-(?!event)/.test(attribute.name)) props[attribute.name.slice(14)] = attribute.value
      name = tagged.dataset.footfallEvent
    } else if (link?.host) {
      // Host and path only: a query may hold what the visitor typed. `mailto:` and `tel:` have no host.
      props.url = link.host + link.pathname
      name = /\.(pdf|(doc|xls|ppt)x?|csv|zip|exe|dmg)$/i.test(props.url) ? 'File Download' : link.host != here.host && 'Outbound Link: Click'
    }
    if (name) send(name, { props })
  }

  handle({})
  // Capturing, so that a page's own stopPropagation hides nothing.
  'pagehide visibilitychange submit click'.split(' ').map(type => addEventListener(type, handle, 1))
  setInterval(handle, 1e3, {})
} catch {
  // Without a script element of its own (a module, an inlined copy) there is nothing to count for, and nothing to break.
}
