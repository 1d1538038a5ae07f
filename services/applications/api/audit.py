"""For auditors: samples of the approved cases, and the whole trail of one."""

from fastapi import APIRouter

from services.applications.queries.audited import POPULATIONS
from services.applications.queries.trail import trail
from shared.http.samples import samples_router
from shared.http.trails import trails_router

router = APIRouter()
router.include_router(samples_router(POPULATIONS))
router.include_router(trails_router(trail))
