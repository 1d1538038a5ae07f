import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.io.File;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads {secret, deliveries: [{body, headers}]} and writes, one a line, whether the library takes each. */
public class Verify {
  public static void main(String[] arguments) throws Exception {
    JsonNode given = new ObjectMapper().readTree(new File(arguments[0]));
    Webhook webhook = new Webhook(given.get("secret").asText());
    for (JsonNode one : given.get("deliveries")) {
      Map<String, List<String>> headers = new TreeMap<>();
      one.get("headers")
          .fields()
          .forEachRemaining(each -> headers.put(each.getKey(), List.of(each.getValue().asText())));
      try {
        webhook.verify(one.get("body").asText(), HttpHeaders.of(headers, (name, value) -> true));
        System.out.println("taken");
      } catch (WebhookVerificationException refused) {
        System.out.println("refused");
      }
    }
  }
}
