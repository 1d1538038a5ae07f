"""The service of banks and reviewers: `python -m services.applications.main`."""

from services.applications.api import banks, cases, loans, reviews, submissions
from services.applications.consumer import ROUTES
from services.applications.handlers.expiry import expire_reservations
from services.applications.settings import Settings
from shared.serve import serve
from shared.service import Service

SERVICE = Service(
    name="applications",
    title="申请与贷款 Applications",
    routers=(banks.router, submissions.router, reviews.router, cases.router, loans.router),
    consumes=ROUTES,
    due=(expire_reservations,),
    settings_type=Settings,
)

if __name__ == "__main__":
    serve(SERVICE)
