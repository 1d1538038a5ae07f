"""For auditors: samples of the approved cases, and the whole trail of one."""

from services.applications.queries.audited import POPULATIONS
from services.applications.queries.trail import trail
from shared.http.samples import samples_router
from shared.http.trails import trails_router

samples = samples_router(POPULATIONS)
trails = trails_router(trail)
