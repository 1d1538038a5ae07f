import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

import cn.zhidai.applications.ApiClient;
import cn.zhidai.applications.ApiException;
import cn.zhidai.applications.api.ApplicationsApi;
import cn.zhidai.applications.api.EventsApi;
import cn.zhidai.applications.api.LoansApi;
import cn.zhidai.applications.model.PositionsBody;
import cn.zhidai.applications.model.RequestProblem;
import cn.zhidai.applications.model.SubmissionBody;
import cn.zhidai.riskpool.api.ClaimsApi;
import cn.zhidai.riskpool.model.NewClaim;

/** A bank's day by a generated client: submit, follow, report, claim, and read what is wrong. */
public class Bank {
  static final ApiClient APPLICATIONS = new ApiClient();
  static final cn.zhidai.riskpool.ApiClient POOL = new cn.zhidai.riskpool.ApiClient();

  static <T> T said(String name, Class<T> type) throws Exception {
    return APPLICATIONS.getObjectMapper().readValue(Files.readString(Path.of(name + ".json")), type);
  }

  static String once() {
    return UUID.randomUUID().toString();
  }

  public static void main(String[] arguments) throws Exception {
    var token = "Bearer " + System.getenv("TOKEN");
    APPLICATIONS.updateBaseUri(System.getenv("APPLICATIONS"));
    APPLICATIONS.setRequestInterceptor(request -> request.header("Authorization", token));
    POOL.updateBaseUri(System.getenv("RISK_POOL"));
    POOL.setRequestInterceptor(request -> request.header("Authorization", token));
    var loans = new LoansApi(APPLICATIONS);
    var events = new EventsApi(APPLICATIONS);

    var submission = said("application", SubmissionBody.class);
    var submitted = new ApplicationsApi(APPLICATIONS).submit(once(), submission, null);
    System.out.println("submitted " + submitted.getState());

    String told = null, cursor = null;
    while (told == null) {
      var page = events.feed(cursor, 100);
      for (var event : page.getItems())
        if (told == null && event.getSubject().equals(submitted.getNumber())) told = event.getType();
      if (page.getItems().isEmpty()) Thread.sleep(1000);  // at the end there is nothing new yet
      cursor = page.getNextCursor();
    }
    System.out.println("followed " + told);

    var report = said("report", PositionsBody.class);
    var reported = loans.reportPositions(once(), report);
    System.out.println("reported " + reported.getAccepted() + " of " + report.getItems().size());

    var claimed = new ClaimsApi(POOL).fileClaim(once(), said("claim", NewClaim.class));
    System.out.println("claimed " + claimed.getState());

    try {
      loans.reportPositions(once(), report.month("2025-13"));
    } catch (ApiException wrong) {
      var problem = APPLICATIONS.getObjectMapper().readValue(wrong.getResponseBody(), RequestProblem.class);
      System.out.println("problem " + problem.getCode() + " " + problem.getErrors().get(0).getPointer());
    }
  }
}
