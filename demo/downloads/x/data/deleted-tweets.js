window.YTD.deleted_tweets.part0 = [
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1890000000000000010"
          ],
          "editableUntil": "2025-03-14T12:00:00.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": []
      },
      "display_text_range": [
        "0",
        "38"
      ],
      "favorite_count": "3",
      "id_str": "1890000000000000010",
      "truncated": false,
      "retweet_count": "1",
      "id": "1890000000000000010",
      "created_at": "Thu Mar 13 13:00:00 +0000 2025",
      "favorited": false,
      "full_text": "Oak Street will be open by noon today.",
      "lang": "en",
      "deleted_at": "Thu Mar 13 13:25:00 +0000 2025"
    }
  }
]
