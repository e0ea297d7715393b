window.__THAR_CONFIG = {
 "userInfo": {
  "accountId": "55500",
  "userName": "CityOfMapleFalls",
  "displayName": "City of Maple Falls"
 },
 "archiveInfo": {
  "generationDate": "2025-07-01T09:00:00.000Z"
 },
 "dataTypes": {
  "tweets": {
   "files": [
    {
     "fileName": "data/tweets.js",
     "count": "10"
    },
    {
     "fileName": "data/tweets-part1.js",
     "count": "4"
    }
   ]
  }
 }
}
