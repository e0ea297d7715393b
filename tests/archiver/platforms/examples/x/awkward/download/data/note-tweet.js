window.YTD.note_tweet.part0 = [
  {
    "noteTweet": {
      "noteTweetId": "1934000000000000901",
      "createdAt": "2025-06-16T15:00:01.000Z",
      "updatedAt": "2025-06-16T15:00:01.000Z",
      "lifecycle": {
        "name": "Active"
      },
      "core": {
        "text": "Notice of public hearing & comment on the river plan. The plan commission meets on July 8 at 6 p.m. in the council chamber, 1 Main Street. Everyone may speak for three minutes; written comments may be handed in until noon. Details: https://t.co/plan000001",
        "urls": [
          {
            "shortUrl": "https://t.co/plan000001",
            "expandedUrl": "https://maple-falls.example/plan"
          }
        ],
        "hashtags": [],
        "mentions": []
      }
    }
  },
  {
    "noteTweet": {
      "noteTweetId": "1934000000000000902",
      "createdAt": "2025-06-01T12:00:00.000Z",
      "core": {
        "text": "A long text whose post is not in the archive."
      }
    }
  }
]
