"""The shop itself, what we may do there, and its webhooks."""

from __future__ import annotations

from mirakl_sync.platforms.shopify.documents.document import Document
from mirakl_sync.platforms.shopify.documents.orders import NAMESPACE

SHOP = Document(
    "shop",
    """query Shop {
      shop { name myshopifyDomain currencyCode taxesIncluded plan { publicDisplayName partnerDevelopment } }
    }""",
)
SCOPES = Document(
    "currentAppInstallation", "query Scopes { currentAppInstallation { accessScopes { handle } app { id title } } }"
)
LOCATIONS = Document(
    "locations",
    """query Locations($after: String) {
      page: locations(first: 100, after: $after) {
        nodes { id name isActive fulfillsOnlineOrders } pageInfo { hasNextPage endCursor }
      }
    }""",
)
DEFINITIONS = Document(
    "metafieldDefinitions",
    f"""query Definitions($key: String!) {{
      metafieldDefinitions(first: 5, ownerType: ORDER, namespace: "{NAMESPACE}", key: $key) {{
        nodes {{ key capabilities {{ uniqueValues {{ enabled }} }} }}
      }}
    }}""",
)
DEFINE = Document(
    "metafieldDefinitionCreate",
    """mutation Define($definition: MetafieldDefinitionInput!) {
      metafieldDefinitionCreate(definition: $definition) {
        createdDefinition { id } userErrors { field message code }
      }
    }""",
)
HOOKS = Document(
    "webhookSubscriptions",
    """query Webhooks($after: String) {
      page: webhookSubscriptions(first: 100, after: $after) {
        nodes { id topic uri } pageInfo { hasNextPage endCursor }
      }
    }""",
)
SUBSCRIBE = Document(
    "webhookSubscriptionCreate",
    """mutation Subscribe($topic: WebhookSubscriptionTopic!, $to: WebhookSubscriptionInput!) {
      webhookSubscriptionCreate(topic: $topic, webhookSubscription: $to) {
        webhookSubscription { id } userErrors { field message }
      }
    }""",
)
UNSUBSCRIBE = Document(
    "webhookSubscriptionDelete",
    """mutation Unsubscribe($id: ID!) {
      webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
    }""",
)

DOCUMENTS = (SHOP, SCOPES, LOCATIONS, DEFINITIONS, DEFINE, HOOKS, SUBSCRIBE, UNSUBSCRIBE)
