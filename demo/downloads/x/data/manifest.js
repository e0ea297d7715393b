window.__THAR_CONFIG = {
  "userInfo": {
    "accountId": "55500",
    "userName": "CityOfMapleFalls",
    "displayName": "City of Maple Falls"
  },
  "archiveInfo": {
    "sizeBytes": "20000",
    "generationDate": "2025-03-20T09:00:00.000Z",
    "isPartialArchive": false,
    "maxPartSizeBytes": "53687091200"
  },
  "dataTypes": {
    "tweets": {
      "mediaDirectory": "data/tweets_media",
      "files": [
        {
          "fileName": "data/tweets.js",
          "globalName": "YTD.tweets.part0",
          "count": "7"
        }
      ]
    },
    "deletedTweets": {
      "files": [
        {
          "fileName": "data/deleted-tweets.js",
          "globalName": "YTD.deleted_tweets.part0",
          "count": "1"
        }
      ]
    }
  }
}
